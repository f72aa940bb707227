// PoolMembership: a voter in a pool that somebody else coordinates.
//
//   phase  | event                                            | then
//   out    | formed, from whoever reads this voter's seed     | member; acknowledged
//   member | the same epoch once more                         | acknowledged again: the coordinator is there
//   member | merged or reverted, the own pool, a later epoch  | member in that epoch
//   member | merged, into another pool, a later epoch         | member there, under the coordinator that the former one
//          |                                                  | names; the former one may take this back (reverted, a later
//          |                                                  | epoch) until the new one has spoken
//   member | reverted, of size 0: it was never formed         | out, free
//   member | form, lists without objection                    | signed: the signature is sent, and sent again until answered
//   member | form, with an objection                          | told; the coordinator dissolves
//   signed | all signatures, each of them good                | out, in a block
//   member,| dissolved                                        | out, free
//   signed |                                                  |
//   member | three present intervals of silence, the end of   | out, free
//          | the period                                       |
//   both   | the own ticket's end                             | out, free
//   other pairs change nothing; an earlier epoch is a late copy, from others it is refused.
//
// Invariants: (1) in one pool and epoch at a time (BN-6), and epochs only grow: a merged epoch is later than those of
// both pools, a reverted one later than the merged one, so that no late copy leads back; (2) members believe their
// coordinator alone: a pool is taken over by the word of the one that gives it up; (3) who has signed signs nothing
// else before its coordinator says that there will be no block, or its ticket ends, and its reservation with it: what
// a coordinator that died half way has told others cannot be known here (BN-2). Memory: nothing but the own place
// before the lists are signed. Owner: Pools. Source: protocol document, 1.6.4 and 1.6.8;
// docs/decisions/0022-negotiation-as-built.md, 11 to 13.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/negotiation/pool_moment.h"

namespace core {

// Where a member stands.
struct PoolPlace {
  Key256 pool;
  uint32_t epoch = 0;
  uint16_t size = 0;
  PeerId coordinator = kNoPeer;
};

// How a voter's time in pools ended.
struct PoolEnd {
  enum class Kind : uint8_t { kNone, kFree, kBlock } kind = Kind::kNone;
  Key256 cid;  // kBlock.
  uint16_t voters = 0;
};

// Tells that this peer is in, or out.
void ReportJoined(const PoolMoment& moment, const PoolPlace& place);
void ReportLeft(const PoolMoment& moment, const PoolPlace& place, PoolLeaving cause);

class PoolMembership {
 public:
  enum class Phase : uint8_t { kOut, kMember, kSigned };

  // A pool that is over has given this member to another one; told already.
  void Enter(const PoolMoment& moment, const PoolPlace& place);

  // Each returns whether the message was this member's business.
  bool OnInform(const PoolMoment& moment, PeerId from, uint64_t id, const PoolInform& inform);
  bool OnForm(const PoolMoment& moment, PeerId from, uint64_t id, const BlockForm& form);
  bool OnSigned(const PoolMoment& moment, PeerId from, const BlockSigned& block);
  void OnDeadline(const PoolMoment& moment);

  // The vote is over.
  void Stop(const PoolMoment& moment) { Leave(moment, PoolLeaving::kDissolved); }

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] const PoolPlace& place() const { return place_; }

  [[nodiscard]] PoolEnd TakeEnded();
  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  bool OnFormed(const PoolMoment& moment, PeerId from, uint64_t id, const PoolInform& inform);
  void OnLaterEpoch(const PoolMoment& moment, PeerId from, uint64_t id, const PoolInform& inform);
  void Acknowledge(const PoolMoment& moment, PeerId to, uint64_t id) const;
  void HearCoordinator(const PoolMoment& moment);
  [[nodiscard]] bool IsFromFormer(PeerId from) const;
  [[nodiscard]] SignObjection Objection(const PoolMoment& moment, const BlockForm& form) const;
  void Leave(const PoolMoment& moment, PoolLeaving cause);

  Phase phase_ = Phase::kOut;
  PoolPlace place_;
  PoolPlace former_;  // Whose coordinator may take this member back; kNoPeer: nobody.
  Time leave_at_ = Time::Never();
  std::unique_ptr<BlockForm> form_;  // Signed.
  BlockSign sign_;
  Duration ask_pause_;
  Time ask_at_ = Time::Never();  // For the end of what was signed.
  PoolEnd end_;
};

}  // namespace core
