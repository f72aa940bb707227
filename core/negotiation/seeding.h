// Seeding: from a pair to a pool of three. What this peer does depends on what it is: the coordinator of the pair, its partner, or
// the third who opens the seed.
//
//   phase     | event                                      | then
//   seeking   | pair_ack to an open greet, round trip fits | the seed with the own secret, and leave to open it   -> offering
//   seeking   | greet of a free one, the nearest           | greeted back: no secret before somebody asks for it
//   seeking   | greet of another pair's coordinator        | the higher id breaks its pair up and asks for the other's seed
//             |                                            | (-> free, locked); the lower one greets back
//   seeking   | seek time over; the partner says dissolved | dissolved
//   offering  | the third informs of the pool              |                                                      -> over: member
//   offering  | refusal, silence, link down of the third   | dissolved
//   partner   | confirm: this seed's coordinator lets this | the own secret, sealed to the receiver's one-time key,
//             | receiver open it                           | once                                                 -> disclosed
//   partner   | seed_wait is over; dissolved               | dissolved
//   disclosed | the receiver informs of the pool           |                                                      -> over: member
//   disclosed | the same confirm again                     | the same answer again
//   disclosed | another confirm                            | refused, dissolved
//   disclosed | silence, dissolved                         | dissolved
//   opening   | begins                                     | `confirm` to the partner
//   opening   | the partner's secret; the seed opens, and  | own records added, each list shuffled by itself      -> over: pool
//             | holds the two of the tickets               |
//   opening   | silence, refusal, anything that is wrong   | dissolved
//   any       | a greet, a pair, a pair_ack                | refused, busy; dissolved where something had been agreed
//
//   dissolved: the others of the exchange are told, a coordinator and a partner begin a fresh attempt, a third goes on with its own,
//   which nobody has seen. Nobody stays locked: every phase has a deadline.
//
// The coordinator stops seeking early enough that its partner's seed_wait covers the rest. Its secret leaves this peer for one
// third only: a seed that came to nothing is never offered again. Source: seed, "Seeding"; protocol document, 1.6.4;
// docs/decisions/0022-negotiation-as-built.md, 6, 7, 9 and 10.
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
#include "core/crypto/sealing.h"
#include "core/negotiation/introductions.h"
#include "core/negotiation/pairing.h"
#include "core/negotiation/pool.h"
#include "core/negotiation/seed.h"

namespace core {

// A greet by another pair's coordinator, to be answered by who is free now.
struct AwaitedSeed {
  PeerId from;
  uint64_t id = 0;
  Greet greet;
};

struct SeedingOutcome {
  enum class End : uint8_t {
    kDissolved = 1,  // Begin a fresh attempt.
    kGivenUp = 2,    // Go on with the attempt.
    kMember = 3,     // Of the pool that the third has informed of.
    kPool = 4        // This peer coordinates it.
  } end = End::kDissolved;
  Pool pool;                          // kPool.
  std::optional<AwaitedSeed> awaits;  // kDissolved for a seed of somebody else.
};

class Seeding {
 public:
  enum class Phase : uint8_t { kIdle = 1, kSeeking, kOffering, kPartner, kDisclosed, kOpening };

  void Begin(const VoteMoment& moment, PairOutcome pair);
  // Ends whatever is under way.
  void Dissolve(const VoteMoment& moment);

  void OnGreet(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet);
  void OnPairAck(const VoteMoment& moment, PeerId from, uint64_t id, const PairAck& ack);
  void OnConfirm(const VoteMoment& moment, PeerId from, uint64_t id, const SeedConfirm& confirm);
  // Each of these returns whether it concerned this flow.
  bool OnReceived(const VoteMoment& moment, PeerId from, const SeedReceived& received);
  bool OnRefusal(const VoteMoment& moment, PeerId from, uint64_t id, NegotiationReject reason);
  // The opener has informed of the pool, and this peer is in it.
  void OnFormed(const VoteMoment& moment);
  void OnLinkDown(const VoteMoment& moment, PeerId peer);
  void OnDeadline(const VoteMoment& moment);

  // Once, when the phase has become kIdle.
  [[nodiscard]] std::optional<SeedingOutcome> TakeOutcome() { return std::exchange(outcome_, {}); }

  [[nodiscard]] Phase phase() const { return phase_; }

  // Who reads the seed with this voter's records, and may inform of a pool; kNoPeer: nobody yet.
  [[nodiscard]] PeerId opener() const;

  [[nodiscard]] Time NextDeadline() const { return deadline_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Offer(const VoteMoment& moment, PeerId third, uint64_t id, const Ticket& ticket);
  void Open(const VoteMoment& moment);
  [[nodiscard]] std::optional<NegotiationReject> FlawOfSeed(const VoteMoment& moment) const;
  [[nodiscard]] std::optional<NegotiationReject> FlawOfConfirm(const VoteMoment& moment,
                                                               PeerId from,
                                                               const SeedConfirm& confirm) const;
  [[nodiscard]] std::optional<Pool> PoolOf(const VoteMoment& moment, const SeedReceived& received);
  void End(const VoteMoment& moment, SeedingOutcome outcome);
  // Those who wait for this peer.
  void TellDissolved(const VoteMoment& moment) const;

  Phase phase_ = Phase::kIdle;
  // The two others of the exchange. `other`: of a pair the other one; of a third the coordinator. `third`: of a pair who opens the
  // seed; of a third the partner.
  PeerId other_ = kNoPeer;
  PeerId third_ = kNoPeer;
  uint64_t exchange_ = 0;        // Between this peer and other_.
  uint64_t third_exchange_ = 0;  // Between this peer and third_.
  Ticket ticket_;                // Of other_.
  HiddenPair hidden_;            // kSeeking: the partner's.
  PoolSeed seed_;                // kOpening.
  Key256 seed_hash_;
  SeedReceived disclosed_;  // kDisclosed: as it was sent.
  GroupSecret box_secret_;  // kOpening: one-time.
  Time deadline_ = Time::Never();
  std::optional<SeedingOutcome> outcome_;  // Taken within the step.
};

}  // namespace core
