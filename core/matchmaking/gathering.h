// Gathering: standing presence at one topic at specificity 0, and the knowledge of who else stands there.
// Neither matcher nor worker: it offers nothing and takes nobody, that is the business of whoever gathers.
//
//   event                        | then
//   Begin                        | record and question (with a subscription) to the r holders
//   renewal time, ttl / 3        | a new record, at a higher sequence
//   poll time                    | a new round of the question; the next poll comes twice as late, up to ttl / 3
//   an answer, a push            | whoever was not known and passes every test has arrived
//   a round is complete          | whoever is on no holder's list, though they told all they have, has left
//   a record has outlived its    | its owner has left (looked at with each poll)
//   ttl; the link went down      |
//   Leave                        | withdrawn
//
// Holders push who comes; polls are for what is lost on the way, for departures, which nobody pushes, and for a key with more
// subscribers than its holder takes. A holder can leave somebody out, which one honest one of r makes good, and cannot make
// somebody up (MM-5). Memory: kPresentMax peers, the first that came; at a crowded topic holders name the freshest, so that
// neighbours in time see each other. Source: docs/decisions/0022-negotiation-as-built.md, topics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/publication.h"

namespace core {

class Gathering {
 public:
  static constexpr size_t kPresentMax = 64;

  explicit Gathering(const Key256& topic) : topic_(topic) {}

  void Begin(const Moment& moment);
  // Withdraws. The object is of no use afterwards.
  void Leave(const Moment& moment);

  // Each returns whether the event concerned this flow.
  bool OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest);
  bool OnProvideAck(const Moment& moment, PeerId from, uint64_t request, const ProvideAck& ack);
  bool OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found);
  bool OnPush(const Moment& moment, PeerId from, uint64_t request, const Push& push);
  void OnLinkDown(const Moment& moment, PeerId peer);
  void OnDeadline(const Moment& moment);

  [[nodiscard]] const Key256& topic() const { return topic_; }

  // Those who stand here, this peer excluded, in the order in which they were heard of.
  [[nodiscard]] std::vector<PeerId> Who() const;
  // Those of them who have arrived since this was asked last.
  [[nodiscard]] std::vector<PeerId> TakeNewcomers();

  [[nodiscard]] bool has_newcomers() const { return newcomers_ != 0; }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  struct Attendant {
    PeerId peer;
    bool newcomer = true;
    uint32_t round = 0;  // The last one in which somebody named it.
    uint64_t sequence = 0;
    Time expires;
  };

  template <typename State>
  void Tell(State& state) const;

  void Renew(const Moment& moment);
  void Poll(const Moment& moment);
  // What may have come of any event: answers of the own book, and the end of a round.
  void Settle(const Moment& moment);
  void TakeRecords(const Moment& moment, PeerId holder, std::span<const Record> records);
  [[nodiscard]] bool IsNews(const Moment& moment, const Record& record) const;
  void Admit(const Moment& moment, const Record& record);
  template <typename Predicate>
  void Drop(Predicate&& gone);
  [[nodiscard]] const Attendant* AttendantOf(PeerId peer) const;
  [[nodiscard]] Attendant* AttendantOf(PeerId peer);

  Key256 topic_;
  uint32_t round_ = 0;
  bool round_open_ = false;
  size_t newcomers_ = 0;  // Of the present.
  Duration poll_interval_;
  Time poll_at_ = Time::Never();
  Time renew_at_ = Time::Never();
  Publication publication_;
  std::vector<Attendant> present_;  // In the order of arrival.
};

}  // namespace core
