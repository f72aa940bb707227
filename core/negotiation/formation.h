// Formation: from a vote to a pool of three, for one vote: pairing (pairing.h), then seeding (seeding.h), and again from the
// beginning whatever comes to nothing. Knows which of the two a message belongs to, and what follows on their ends; decides
// nothing else.
//
//   free (pairing)    | coordinator, partner, third | seeding
//   seeding           | dissolved                   | free, a fresh attempt; the third of a pair that it has met, if it broke up its
//                     |                             | own for that
//   seeding           | given up                    | free, the same attempt: nothing of it was shown
//   seeding           | member, pool                | in a pool: stands at no topic, its pairing secret is wiped
//   in a pool         | Return                      | free, a fresh attempt
//   free              | half of the ticket's life   | a fresh attempt
//   any               | Stop                        | stopped: whoever waits is told
//
// Owner: negotiation.h, one for each vote. Source: protocol document, 1.6.2; docs/decisions/0022-negotiation-as-built.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/negotiation/introductions.h"
#include "core/negotiation/own_vote.h"
#include "core/negotiation/pairing.h"
#include "core/negotiation/pool.h"
#include "core/negotiation/seeding.h"

namespace core {

class Formation {
 public:
  enum class Phase : uint8_t { kFree = 1, kSeeding, kInPool, kStopped };

  Formation(const NegotiationMoment& moment, const VoteCommand& command) : vote_(moment, command) {}

  // Errors: the vote cannot be sealed; nothing has begun.
  [[nodiscard]] Status Begin(const NegotiationMoment& moment);
  // The host has reserved the slot for this ticket.
  void OnReserved(const NegotiationMoment& moment);
  // A member of the pool that opener() has formed.
  void OnFormed(const NegotiationMoment& moment);
  // The pool came to nothing.
  void Return(const NegotiationMoment& moment);
  // Waits for no third any more, and for nobody's third.
  void BreakUp(const NegotiationMoment& moment);
  void Stop(const NegotiationMoment& moment);

  // Whether the message was this vote's business; if it was nobody's: Decline.
  bool OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message);
  // Somebody has come to a topic where this vote stands.
  void OnNewcomers(const NegotiationMoment& moment);
  void OnLinkDown(const NegotiationMoment& moment, PeerId peer);
  void OnDeadline(const NegotiationMoment& moment);

  // What a message of pairing or seeding that is no vote's business is answered with, so that nobody waits in vain.
  static void Decline(const NegotiationMoment& moment, PeerId from, const Message& message);

  // Once: a pool of three that this peer coordinates.
  [[nodiscard]] std::optional<Pool> TakePool() { return std::exchange(pool_, {}); }

  [[nodiscard]] Phase phase() const { return phase_; }

  // Free, and nobody waits for its answer.
  [[nodiscard]] bool idle() const {
    return phase_ == Phase::kFree && pairing_.phase() == Pairing::Phase::kLooking;
  }

  [[nodiscard]] const OwnVote& vote() const { return vote_; }

  [[nodiscard]] const Pairing& pairing() const { return pairing_; }

  [[nodiscard]] const Seeding& seeding() const { return seeding_; }

  [[nodiscard]] const Introductions& others() const { return others_; }

  // Who reads the seed with this voter's records, and may inform of a pool; kNoPeer: nobody.
  [[nodiscard]] PeerId opener() const { return seeding_.opener(); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  [[nodiscard]] VoteMoment MomentOf(const NegotiationMoment& moment) {
    return {moment, vote_, others_};
  }

  bool Route(const VoteMoment& moment, PeerId from, const Message& message);
  bool OnGreet(const VoteMoment& moment, PeerId from, const Message& message, const Greet& greet);
  // What may have come of any event.
  void Settle(const VoteMoment& moment);
  void OnSeeded(const VoteMoment& moment, SeedingOutcome outcome);
  void BeginAttempt(const VoteMoment& moment);
  void EnterPool(const VoteMoment& moment);

  OwnVote vote_;
  Phase phase_ = Phase::kFree;
  Introductions others_;
  Pairing pairing_;
  Seeding seeding_;
  Time renew_at_ = Time::Never();
  std::optional<Pool> pool_;  // Taken within the step.
};

}  // namespace core
