// NodeLookup: one iterative search for the peers nearest to a target.
//
//   candidate   event                                     becomes
//   new         among the k best usable, a slot is free   asked      (FindNode sent)
//   new         its introducer lost all credit            forgotten
//   asked       a quarter of response_timeout passed      slow       (its slot is free)
//   asked, slow Nodes from it, right id and target        answered   (its peers become candidates)
//   asked, slow response_timeout passed, or link down     failed
//   answered, failed: any reply                           unchanged  (refused)
//
// The search ends when the k best usable (not failed) candidates have answered, or as many of them
// as are wanted, or nobody is left to ask. A slow candidate is waited for, but the search goes on as if it had failed: among 20 %
// silent peers of 2,000 that takes lookups from 4.6 s (p99 9.1 s) to 2.9 s (p99 4.8 s), see
// SlowPeersDelayALookupOnlyOnce.
// Invariants, whatever others reply: (1) at most kRequestsMax requests, at most alpha that are not
// slow and kInFlightMax in all; (2) at most kCandidatesMax candidates; (3) a reply counts once,
// from the asked peer, with the id and target of its request; (4) self and kNoPeer are never
// candidates; (5) every slot is freed by a reply, a link that went down, or its deadline, so it
// ends within kRequestsMax * response_timeout.
// Credit: an introducer whose first kCreditMax introductions failed or are slow, without one that
// answered, is believed no more (measured: LookupTest.InventorsLoseTheirCredit). Being slow counts
// only until the first late answer, so that a slow network does not look like a lie.
// Owner: Routing; lives while it runs. Thread rule: one thread. Source: protocol document, 1.0
// (routing).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/fixed_list.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "core/routing/table.h"

namespace core {

// What a step of a routing flow may use.
struct Turn {
  Time now;
  Random& random;
  Effects& effects;
};

// Nearest first; `nearest` holds the own peer too when it is among the k nearest, because a
// participant may be its own holder.
struct LookupResult {
  uint64_t token = 0;
  Key256 target;
  PeerList nearest;
  uint32_t hops = 0;      // Longest chain of answers that led to one of `nearest`.
  uint32_t requests = 0;  // FindNode messages sent.
  uint32_t timeouts = 0;  // Of them, failed by silence or a link that went down.
  Duration took;
};

class NodeLookup {
 public:
  static constexpr uint32_t kRequestsMax = 64;
  static constexpr size_t kCandidatesMax = 80;
  static constexpr size_t kInFlightMax = 8;
  static constexpr uint32_t kCreditMax = 3;

  // Whom a search serves.
  enum class Cause : uint8_t { kCaller, kSelf, kBucket };

  struct Task {
    Cause cause = Cause::kCaller;
    uint64_t token = 0;
    Key256 target{};
    size_t wanted = 0;          // How many of the nearest, at most and by default k.
    bool without_self = false;  // A client is never among the nearest.
  };

  struct Silence {
    PeerId peer = kNoPeer;  // kNoPeer: nobody.
    Time asked;
  };

  // REQUIRES: context outlives the lookup.
  NodeLookup(PeerId self, const Context& context, const Task& task, Time now);

  // Peers to start from, of the own table or the seeds.
  void AddStart(std::span<const PeerId> peers);

  // Sends requests while slots are free and somebody is worth asking.
  void Advance(Turn& turn);

  // Returns false when the reply is not to a request of this lookup that is open.
  bool OnNodes(PeerId from, uint64_t id, const Nodes& nodes);

  // One request that has run out at `now`, its candidate now failed; call until peer is kNoPeer.
  Silence ExpireOne(Time now);

  // The same for a request to the peer, if there is one.
  Silence FailRequestTo(PeerId peer);

  [[nodiscard]] bool Done() const;
  [[nodiscard]] Time NextDeadline() const;
  [[nodiscard]] LookupResult Result(Time now) const;

  [[nodiscard]] const Task& task() const { return task_; }

  [[nodiscard]] uint32_t answers() const { return answers_; }

  [[nodiscard]] size_t candidates() const { return candidates_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return candidates_.capacity() * sizeof(Candidate); }

 private:
  template <typename Into>
  void Tell(Into& state) const;

  enum class State : uint8_t { kNew, kAsked, kSlow, kAnswered, kFailed };

  struct Candidate {
    uint64_t distance = 0;  // Top 64 bits of the distance to the target.
    PeerId peer;
    PeerId introducer = kNoPeer;  // Who named it first; kNoPeer: the own table or a seed.
    uint8_t depth = 0;            // Answers that led to it.
    State state = State::kNew;
  };

  [[nodiscard]] static bool Open(const Candidate& candidate) {
    return candidate.state == State::kAsked || candidate.state == State::kSlow;
  }

  struct Request {
    PeerId peer;
    uint64_t id = 0;
    Time sent;
    bool slow = false;  // Its candidate is kSlow.
  };

  [[nodiscard]] Duration timeout() const { return context_->config->routing.response_timeout; }

  [[nodiscard]] Duration slow_after() const { return timeout() / 4; }

  // Requests that hold a slot; marks those that have become slow.
  [[nodiscard]] size_t BusySlots(Time now);
  [[nodiscard]] size_t wanted() const;
  [[nodiscard]] bool Before(const Candidate& a, const Candidate& b) const;
  void AddCandidate(PeerId peer, PeerId introducer, uint8_t depth);
  [[nodiscard]] Candidate* Find(PeerId peer);
  // The best one worth asking, or nullptr.
  [[nodiscard]] Candidate* NextToAsk();
  void Ask(Candidate& candidate, Turn& turn);
  Silence Fail(size_t slot);
  void Discredit(PeerId introducer);
  void CloseSlot(size_t slot);

  const Context* context_;
  PeerId self_;
  Task task_;
  Time started_;
  std::vector<Candidate> candidates_;  // Nearest first.
  FixedList<Request, kInFlightMax> requests_;
  uint32_t sent_ = 0;
  uint32_t answers_ = 0;
  uint32_t timeouts_ = 0;
  bool late_answers_ = false;
};

}  // namespace core
