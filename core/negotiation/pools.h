// Pools: from a pool of three to a block that all of its voters have signed, for one vote.
//
//   Begin                               this peer has opened a seed: it coordinates (pool_coordination.h)
//   informed by whoever opened the seed  it is a member (pool_membership.h)
//   a pool taken over by another one    its coordinator becomes a member
//   a pool over                         what became of it is told to whoever asks (ended_pools.h)
//
// In at most one pool at a time, coordinated or not (BN-6): while in one, this peer joins no other. Knows which of
// the flows a message belongs to; decides nothing else. What is a vote's and not an attempt's (records, keys) comes
// with each moment. An idle object owns no heap memory. Owner: the vote. Source: protocol document, 1.6.4;
// docs/decisions/0022-negotiation-as-built.md, 11 to 13.
#pragma once

#include <cstddef>
#include <memory>

#include "core/negotiation/ended_pools.h"
#include "core/negotiation/pool_coordination.h"
#include "core/negotiation/pool_membership.h"
#include "core/negotiation/pool_moment.h"

namespace core {

class Pools {
 public:
  // REQUIRES: !inside(); this peer is among the pool's members, with as many records of each kind.
  void Begin(const PoolMoment& moment, Pool pool);

  // Whether the message was this vote's business; if it was no vote's: Decline.
  bool OnArrival(const PoolMoment& moment, PeerId from, const Message& message);
  // Somebody has come to a topic where this vote stands.
  void OnNewcomers(const PoolMoment& moment);
  void OnDeadline(const PoolMoment& moment);
  // The vote ends without a block: a coordinated pool is dissolved, a member goes.
  void Stop(const PoolMoment& moment);

  // What a message of pools that is no vote's business is answered with, so that nobody waits in vain.
  static void Decline(const NegotiationMoment& moment, PeerId from, const Message& message);

  // Once, when this peer has left its last pool: free again, with a fresh attempt, or in a block.
  [[nodiscard]] PoolEnd TakeEnded();

  // In a pool.
  [[nodiscard]] bool inside() const { return coordination_ != nullptr || membership_ != nullptr; }

  // In no pool, and nobody can ask about one any more. Before that the vote's pools must not go, also
  // when its vote has ended: others would stay bound to a block that they cannot see.
  [[nodiscard]] bool over() const { return !inside() && ended_.empty(); }

  // Null: it coordinates none.
  [[nodiscard]] const PoolCoordination* coordination() const { return coordination_.get(); }

  // Null: it is no member of one.
  [[nodiscard]] const PoolMembership* membership() const { return membership_.get(); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  bool ToCoordination(const PoolMoment& moment, PeerId from, const Message& message);
  bool ToMembership(const PoolMoment& moment, PeerId from, const Message& message);
  [[nodiscard]] bool ToEnded(const PoolMoment& moment, PeerId from, const Message& message) const;
  // What may have come of any event.
  void Settle(const PoolMoment& moment);

  std::unique_ptr<PoolCoordination> coordination_;
  std::unique_ptr<PoolMembership> membership_;
  EndedPools ended_;
  PoolEnd end_;
};

}  // namespace core
