// Pairing: from a vote to a pair, or to the third of somebody else's pair, for a voter that is free.
//
//   phase     | event                                      | then
//   reserving | granted                                    | looking
//   looking   | greet of a free one, the nearest           | `pair`: own records, sealed to both           -> answered
//   looking   | the same, but nearer ones are there        | refused, farther
//   looking   | the same, both have greeted each other     | the lower id's greet stands: it ignores the other one, the
//             |                                            | higher answers `pair` whoever else is near     -> answered
//   looking   | greet of a pair's coordinator, the nearest | `pair_ack`: bring your seed                   -> offered
//   looking   | pair, to an open greet, round trip fits    | `pair_ack`                                    -> over: coordinates
//   looking   | the same, it does not fit                  | refused, latency
//   looking   | refusal of an open greet, or silence       | the peer rests, the next ones are greeted
//   answered  | pair_ack of the greeter                    |                                               -> over: partner
//   answered  | refusal of the greeter, its link is down   | a fresh attempt                               -> looking
//   answered  | pair_lock is over                          | the same; the greeter is told (dissolved)     -> looking
//   offered   | the coordinator's seed                     |                                               -> over: third
//   offered   | refusal, link down; pair_lock is over      | the same attempt: nothing was shown           -> looking
//   locked    | a greet of somebody else                   | refused, busy (reserving, answered, offered: locked)
//   any other | a pair                                     | refused, busy
//   any other | a pair_ack, a seed                         | refused, dissolved
//   any other | a greet of the same, a refusal             | ignored
//
// A message is believed after ticket (signature, template, expiry, its sender's), registrant and phase were checked; the
// signature last, when everything else fits. After a `pair` that came to nothing the pairing key is wiped undisclosed and never
// used again, and neither is the nonce (N3, BN-8, BN-9). Nobody stays locked for longer than pair_lock.
// Source: seed, "Pair finding"; protocol document, 1.6.4; docs/decisions/0022-negotiation-as-built.md, 6 to 8.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/negotiation/introductions.h"
#include "core/negotiation/seed.h"

namespace core {

// How pair finding ended: what this peer is now, and with whom.
enum class PairRole : uint8_t { kCoordinator = 1, kPartner = 2, kThird = 3 };

struct PairOutcome {
  PairRole role = PairRole::kCoordinator;
  PeerId other;           // The partner; the coordinator.
  uint64_t exchange = 0;  // The id of the messages between the two.
  Ticket ticket;          // The other's.
  HiddenPair hidden;      // kCoordinator: the partner's records, sealed to both.
  PoolSeed seed;          // kThird.
};

class Pairing {
 public:
  enum class Phase : uint8_t { kReserving = 1, kLooking, kAnswered, kOffered, kOver };

  // Free again, or for the first time, with a fresh attempt. Errors: the vote cannot be sealed.
  [[nodiscard]] Status Begin(const VoteMoment& moment);
  // Free again after nothing was shown: the attempt stays.
  void Resume(const VoteMoment& moment);
  // A coordinator that breaks its pair up to be the third of `from` (0022, 7). REQUIRES: Begin came to looking.
  void BecomeThirdOf(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet);

  // Whoever waits is told; the flow is over.
  void Stop(const VoteMoment& moment);

  void OnReserved(const VoteMoment& moment);
  void OnGreet(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet);
  void OnPair(const VoteMoment& moment, PeerId from, uint64_t id, const Pair& pair);
  void OnPairAck(const VoteMoment& moment, PeerId from, uint64_t id, const PairAck& ack);
  void OnSeed(const VoteMoment& moment, PeerId from, uint64_t id, const PoolSeed& seed);
  // Whether it concerned this flow.
  bool OnRefusal(const VoteMoment& moment, PeerId from, uint64_t id, NegotiationReject reason);
  void OnLinkDown(const VoteMoment& moment, PeerId peer);
  void OnDeadline(const VoteMoment& moment);

  // Once, when the phase has become kOver.
  [[nodiscard]] std::optional<PairOutcome> TakeOutcome() { return std::exchange(outcome_, {}); }

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] Time NextDeadline() const { return deadline_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Answer(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet);
  void Lock(const VoteMoment& moment, Phase phase, PeerId other, uint64_t id, const Ticket& ticket);
  void Unlock(const VoteMoment& moment);
  void End(const VoteMoment& moment, PairOutcome outcome);
  [[nodiscard]] bool IsLockedTo(PeerId from, uint64_t id) const;

  Phase phase_ = Phase::kLooking;
  PeerId other_ = kNoPeer;  // Whom it is locked to.
  uint64_t exchange_ = 0;
  Ticket ticket_;  // The other's.
  Time deadline_ = Time::Never();
  std::optional<PairOutcome> outcome_;  // Taken within the step.
};

// Whether the ticket is its owner's, of this election and of another registrant; what is proven of `from`, who showed it, is
// reported. One signature is checked, last.
[[nodiscard]] std::optional<NegotiationReject> FlawOf(const VoteMoment& moment, PeerId from,
                                                      PeerId owner, const Ticket& ticket);

// Answers with a refusal, and says so.
void Reject(const NegotiationMoment& moment, PeerId to, uint64_t id, NegotiationReject reason);

}  // namespace core
