// VoteCase: one vote from the command to its end.
//
//   phase   | event                                         | then
//   waiting | the voting period opens                       | voting: formation begins
//   voting  | a pool of three, opened or joined             | voting, in pools
//   voting  | pools came to nothing                         | voting: formation again, with a fresh attempt
//   voting  | a block that all have signed                  | ended: block
//   voting  | less than unitary_percent is left, in no pool, | ended: unitary, if the voter has consented; otherwise goes on
//           | nobody's answer is awaited                    |
//   voting  | the slot is refused                           | ended: refused
//   voting  | the period is over, in no pool                | ended: missed
//   any     | a command that is no good                     | ended: refused
//   ended   | nobody asks about its pools any more          | over
//
// Who waits for a third, or is waited for, when unitary blocks begin, breaks its pair up: no third has to come. Messages of this
// vote are counted from here. Owner: Negotiation. Source: protocol document, 1.6.4;
// docs/decisions/0022-negotiation-as-built.md, 14.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/negotiation/formation.h"
#include "core/negotiation/pools.h"
#include "core/port/command.h"

namespace core {

class VoteCase {
 public:
  enum class Phase : uint8_t { kWaiting = 1, kVoting, kEnded };

  VoteCase(const NegotiationMoment& moment, const VoteCommand& command);

  void Begin(const NegotiationMoment& moment);
  void OnReserved(const NegotiationMoment& moment, const ReservedCommand& command);

  // Whether the message was this vote's business.
  bool OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message);
  void OnNewcomers(const NegotiationMoment& moment);
  void OnLinkDown(const NegotiationMoment& moment, PeerId peer);
  void OnDeadline(const NegotiationMoment& moment);

  [[nodiscard]] const Key256& template_cid() const { return formation_.vote().template_cid(); }

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] const Formation& formation() const { return formation_; }

  [[nodiscard]] const Pools& pools() const { return pools_; }

  // Ended, and nobody can ask about its pools any more.
  [[nodiscard]] bool over() const { return phase_ == Phase::kEnded && pools_.over(); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  [[nodiscard]] PoolMoment PoolMomentOf(const NegotiationMoment& moment) const;
  // Runs code as this vote's doing: counts what it sends, and looks what has come of it.
  template <typename Code>
  void Run(const NegotiationMoment& moment, Code&& code);
  void Settle(const NegotiationMoment& moment);
  void OnPoolEnd(const NegotiationMoment& moment, const PoolEnd& end);
  void OnTime(const NegotiationMoment& moment);
  void End(const NegotiationMoment& moment, VoteEnd end, const Key256& cid, uint16_t voters);

  Formation formation_;
  Pools pools_;
  Phase phase_ = Phase::kWaiting;
  bool good_ = false;
  Time started_;
  Time opens_;
  Time closes_;
  Time alone_from_;               // Unitary blocks.
  Time look_at_ = Time::Never();  // What the clock asks for next.
  uint32_t messages_ = 0;
  std::optional<VoteEnded> end_;  // Told at the end of the step, with what that sends.
};

}  // namespace core
