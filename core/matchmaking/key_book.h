// KeyBook: what one holder knows about one rendezvous key: the records by owner, who wants to be
// told of new ones, and how busy the key is.
//
// Invariants: (1) one record per owner, of the highest sequence seen; (2) workers() + matchers() is
// the number of records; (3) wanted is the exact sum of `want` over the matchers. It decides
// nothing about admission: that is Rendezvous. Source: protocol document, 1.1.1 and 1.1.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/directory.h"
#include "core/codec/messages.h"
#include "core/matchmaking/holding.h"
#include "core/matchmaking/traffic.h"

namespace core {

struct HeldRecord {
  Record record;
  Time received;
  Time expires;
  Time scheduled;  // When the expiry queue looks at it next; at most one entry has this time.
};

struct Subscription {
  PeerId peer;
  uint64_t request = 0;  // Pushes carry the id of the Find that asked for them.
  Role role = Role::kWorker;
  Filter filter;
  Time until;
};

struct FindTerms {
  PeerId asker;  // Its own record is left out.
  Role role = Role::kWorker;
  const Filter* filter = nullptr;
  size_t limit = 0;
};

class KeyBook {
 public:
  explicit KeyBook(const Key256& key) : key_(key) {}

  [[nodiscard]] const Key256& key() const { return key_; }

  [[nodiscard]] const HeldRecord* Find(PeerId owner) const { return records_.Find(owner); }

  [[nodiscard]] HeldRecord* Find(PeerId owner) { return records_.Find(owner); }

  // Takes or replaces the owner's record; the caller has set nothing but checked everything.
  HeldRecord& Put(const Record& record, Time now, Time expires);
  void Erase(PeerId owner);

  // Appends the matching records, freshest first, at most limit; true: there were more.
  [[nodiscard]] bool Select(Time now, const FindTerms& terms, std::vector<Record>& out) const;
  // Appends the fresh records (see MarkFresh) that match.
  void SelectFresh(Time now, const FindTerms& terms, std::vector<Record>& out) const;

  // Traffic as seen by somebody interested in records of this role: count and arrivals are those of
  // the role, so that seekers who come do not look like workers who come.
  [[nodiscard]] Traffic TrafficFor(Role role, Time now) const;

  void CountArrival(Role role, Time now) {
    (role == Role::kWorker ? worker_arrivals_ : matcher_arrivals_).Add(now);
  }

  void CountQuery(Time now) { queries_.Add(now); }

  // Replaces an earlier subscription of the same peer; false: no room.
  bool Subscribe(const Subscription& subscription, size_t subscriptions_max, Time now);
  void Unsubscribe(PeerId peer);

  [[nodiscard]] const std::vector<Subscription>& subscriptions() const { return subscriptions_; }

  // Remembers the owner for the next push; true: it is the first since the last push.
  bool MarkFresh(PeerId owner);

  void ClearFresh() { fresh_.clear(); }

  [[nodiscard]] size_t size() const { return records_.size(); }

  [[nodiscard]] uint32_t workers() const { return workers_; }

  [[nodiscard]] uint32_t matchers() const { return matchers_; }

  void AppendHoldings(const Directory& directory, std::vector<Holding>& out) const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void CountIn(const Record& record);
  void CountOut(const Record& record);

  Key256 key_;
  FlatTable<PeerId, HeldRecord> records_;
  std::vector<Subscription> subscriptions_;
  std::vector<PeerId> fresh_;
  MinuteCounter worker_arrivals_;
  MinuteCounter matcher_arrivals_;
  MinuteCounter queries_;
  uint32_t workers_ = 0;
  uint32_t matchers_ = 0;
  uint32_t wanted_ = 0;
};

}  // namespace core
