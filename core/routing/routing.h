// Routing: who is where. The table of contacts, lookups, joining, refreshing, and the answers to
// other peers' Ping and FindNode, behind one face.
//
//   message    effect besides OnAlive(sender)
//   Ping       Pong, unless too old
//   FindNode   Nodes with the 16 nearest contacts that are not suspects, asker excluded, unless too
//              old
//   Nodes      one step of the lookup that asked; nothing when nobody asked (wrong sender, id,
//              target, or a second reply)
//   Pong, any  nothing (being heard is what an eviction check waits for)
//
// Rules. (1) Only a peer that was itself heard enters the table: what Nodes names is at most asked
// by a lookup, so a liar cannot fill the table with names (eclipse resistance). (2) A full bucket
// keeps its oldest contact while it answers (eviction_check.h). (3) A contact that is silent once
// is a suspect, twice is removed; silence counts only when somebody else was heard since the
// request left, so that an own outage does not empty the table. (4) A request is too old when
// sent_ms + ttl_ms + 60 s lies before the own clock: clocks are skewed, so less is no evidence; the
// sender of such a request is not noted. (5) A message received causes at most one reply, one ping
// of the rate-limited eviction check, and the bounded requests of a lookup of our own.
//
// Idle state is this object (168 bytes) and the table's heap; everything that runs lives in an
// Activity that is allocated on use and freed when done. Thread rule: one thread at a time.
// Source: protocol document, 1.0 (routing), 1.1.3 (c0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "core/port/neighbour.h"
#include "core/routing/absentees.h"
#include "core/routing/bootstrap.h"
#include "core/routing/lookup.h"
#include "core/routing/size_estimate.h"
#include "core/routing/table.h"

namespace core {

class Routing {
 public:
  static constexpr size_t kObjectBytesMax = 168;
  static constexpr size_t kIdleHeapBytesMax = 2048;  // At a million peers.
  static constexpr Duration kClockSlack = Seconds(60);

  // REQUIRES: context outlives the object; context.directory knows self.
  Routing(PeerId self, const Context& context);
  Routing(Routing&&) noexcept;
  Routing& operator=(Routing&&) noexcept;
  ~Routing();

  // Fills the table, without observations or messages. REQUIRES: before Start.
  // This peer cannot be dialled: it is never among the nearest. Before Start.
  void BeClient() { client_ = true; }

  void SeedRoutes(std::span<const PeerId> contacts);

  // Joins through the seeds, or is joined at once when contacts are known or there is nobody to
  // ask. A second call has no effect.
  void Start(Time now, std::span<const PeerId> seeds, Random& random, Effects& effects);

  struct Search {
    Key256 target;
    uint64_t token = 0;  // The caller's; it comes back in the result.
    size_t wanted = 0;   // How many of the nearest; 0: k.
  };

  // Iterative FIND_NODE. The result may be there as soon as this call returns (nobody to ask).
  void Lookup(Time now, const Search& search, Random& random, Effects& effects);

  void OnArrival(Time now, PeerId from, const Message& message, Random& random, Effects& effects);

  // A valid message of the peer arrived, whoever it was for.
  void OnAlive(Time now, PeerId peer, Random& random, Effects& effects);

  // Pings a connected peer that could become a contact: whoever is connected may belong to a group that joined apart from
  // this peer's, and neither would ever hear of the other.
  void OnLinkUp(Time now, PeerId peer, Random& random, Effects& effects);

  // Requests to the peer fail at once; a contact without one becomes a suspect.
  void OnLinkDown(Time now, PeerId peer, Random& random, Effects& effects);

  void OnDeadline(Time now, Random& random, Effects& effects);
  [[nodiscard]] Time NextDeadline() const;

  // One finished lookup of Lookup() at a time, in the order of finishing.
  bool TakeFinished(LookupResult& result);

  // From the own table, nearest first; self and suspects excluded.
  [[nodiscard]] PeerList Nearest(const Key256& target, size_t count) const;

  // As Nearest, and those among them who fell silent lately or in a cut: suspects and absentees.
  [[nodiscard]] std::vector<Neighbour> NearestRemembered(Time now, const Key256& target,
                                                         size_t count) const;

  // Whether at least so many peers are known or remembered, this one not counted.
  [[nodiscard]] bool Remembers(Time now, size_t count) const;

  // Whom a next life must not forget: contacts, and who is away; the nearest to the own id, nearest first.
  [[nodiscard]] std::vector<Acquaintance> Acquaintances(Time now) const;
  // Of an earlier life: who is no contact is away until it is heard. After SeedRoutes, before Start.
  void Recall(Time now, std::span<const Acquaintance> known);

  // Whether an earlier life has left something.
  [[nodiscard]] bool recalls() const { return recalls_; }

  // c0 of 1.1.3: leading bits shared by the own id and all of the n nearest known ids; 0 when fewer
  // are known.
  [[nodiscard]] int SharedPrefixWithNearest(int n) const;

  [[nodiscard]] SizeEstimate Estimate() const;

  // Bucket order, within a bucket suspects first, then the least recently heard first.
  [[nodiscard]] std::vector<PeerId> Contacts() const;

  [[nodiscard]] Bootstrap::Phase phase() const { return bootstrap_.phase(); }

  [[nodiscard]] bool joined() const {
    return phase() != Bootstrap::Phase::kNew && !bootstrap_.joining();
  }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Activity;

  [[nodiscard]] const RoutingConfig& config() const { return context_->config->routing; }

  [[nodiscard]] int BucketOf(PeerId peer) const;
  Activity& Active();

  void Serve(Turn& turn, PeerId from, const Message& message);
  [[nodiscard]] bool TooOld(Time now, const Message& message) const;
  void OnNodes(PeerId from, const Message& message);

  void Heard(Turn& turn, PeerId peer, bool client);
  // Into the table, if there is room or a suspect to replace.
  Table::Noted Admit(Turn& turn, PeerId peer, int bucket);
  void Challenge(Turn& turn, PeerId stranger, int bucket);
  void SendPing(Turn& turn, PeerId to) const;
  // Asks whom it knew before a restart whether they are there.
  void AskRecalled(Turn& turn) const;
  void Silent(Turn& turn, const NodeLookup::Silence& silence);
  void EvictOldest(Turn& turn, size_t check);
  // A contact has left the table because it was silent.
  void Lose(Turn& turn, PeerId peer);
  void ExpireChecks(Turn& turn);
  void ExpireRequests(Turn& turn);

  void StartLookup(Turn& turn, const NodeLookup::Task& task);
  void Finish(Turn& turn, const NodeLookup& lookup);
  void ContinueWalk(Turn& turn);
  // Advances and finishes lookups until nothing more can be done now; frees what is done.
  void Settle(Turn& turn);

  const Context* context_;
  Table table_;
  Bootstrap bootstrap_;
  SizeEstimator estimator_;
  std::unique_ptr<Activity> activity_;
  std::unique_ptr<Absentees> absentees_;  // None: nobody is missed.
  PeerId self_;
  bool client_ = false;
  bool recalls_ = false;
};

}  // namespace core
