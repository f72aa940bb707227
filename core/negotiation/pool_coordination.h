// PoolCoordination: a pool from its first three voters to its end, at the one who coordinates it.
//
//   phase    | event                                      | then
//   opening  | all acknowledge `formed`                   | standing: the pool is known to others (partners.h)
//   opening  | ack_wait                                   | over: reverted, the silent are named, all are free
//   standing | a fitting pool is known                    | `merge_greet` to the nearest; one at a time
//   standing | greeted by a smaller pool                  | taking: "agreed"
//   standing | greeted by a larger pool; "agreed"         | giving: `merge_lists`
//   standing | busy; greet_timeout                        | that pool rests, and this one a little; that pool is forgotten
//   standing | a greet while greeting somebody            | the nearer of the two counts, the other one is busy; of two that greet
//            |                                            | each other the lower id remains the greeter
//   standing | present_interval                           | `inform` of the same epoch; who does not acknowledge two in a row is
//            |                                            | silent twice: dissolved
//   standing | size, time or a ticket says so             | signing (forming.cc)
//   standing | the end of the period                      | dissolved
//   taking   | good lists                                 | taken: `merged` to the own members and to the giver
//   taking,  | bad lists; busy; greet_timeout, ack_wait   | standing
//   giving   |                                            |
//   taken    | all acknowledge                            | standing, larger: "done" to the giver
//   taken    | 2 ack_wait; the giver takes its pool back; | standing: reverted, one epoch further, the silent are named; "reverted" to
//            | a member says that it is free              | the giver
//   giving   | the taker informs of the merged epoch      | moving: `merged` to the own members, who believe nobody else
//   moving   | all acknowledge                            | moved: acknowledged to the taker for all of them
//   moving   | ack_wait; a member says that it is free    | standing: reverted, as above; "reverted" to the taker
//   moved    | "done"; the taker treats this peer as its  | over: a member of the merged pool
//            | member                                     |
//   moved    | "reverted"; 3 ack_wait                     | standing: reverted
//   moved    | ack_wait                                   | acknowledged again, which the taker answers with its verdict
//   signing  | all signatures                             | over: `signed` to all
//   signing  | an objection; sign_wait                    | over: dissolved, the silent are named
//   any      | a member says that it is free              | over: dissolved, unless said above
//
// Invariants: (1) lists, records and members are one pool's or another's, never both's or nobody's: the giver keeps its
// copy until the taker is done with all of them; (2) no pool passes the capacity; (3) an epoch is later than every one
// that any of its members was in. If a coordinator dies at any point, its members are free after three present
// intervals without a word; a giver whose taker died has its pool back after 3 ack_wait. So all agree within three present
// intervals and 3 ack_wait (60 s), those excepted who have signed (pool_membership.h). Lists lie in the order of registrants
// and of nonces: that says nothing about who brought what, and anybody can check it. Memory: one pool, during a merge
// and while it is signed twice. Owner: Pools. Source: protocol document, 1.6.4 and 1.6.8;
// docs/decisions/0022-negotiation-as-built.md, 11 to 13.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/negotiation/ended_pools.h"
#include "core/negotiation/partners.h"
#include "core/negotiation/pool_membership.h"
#include "core/negotiation/pool_moment.h"
#include "core/negotiation/roll_call.h"

namespace core {

class PoolCoordination {
 public:
  enum class Phase : uint8_t {
    kOpening,
    kStanding,
    kTaking,
    kTaken,
    kGiving,
    kMoving,
    kMoved,
    kSigning,
    kOver
  };

  // REQUIRES: this peer is among the members, and as many records of each kind.
  PoolCoordination(const PoolMoment& moment, Pool pool);

  // Each returns whether the message was this pool's business.
  bool OnPresent(const PoolMoment& moment, PeerId from, const Present& present);
  bool OnInform(const PoolMoment& moment, PeerId from, uint64_t id, const PoolInform& inform);
  bool OnAck(const PoolMoment& moment, PeerId from, uint64_t id, const PoolAck& ack);
  bool OnGreet(const PoolMoment& moment, PeerId from, uint64_t id, const MergeGreet& greet);
  bool OnLists(const PoolMoment& moment, PeerId from, uint64_t id, const MergeLists& lists);
  bool OnMergeAck(const PoolMoment& moment, PeerId from, uint64_t id, const MergeAck& ack);
  bool OnRefusal(const PoolMoment& moment, PeerId from, uint64_t id,
                 const NegotiationRefusal& refusal);
  bool OnForm(const PoolMoment& moment, PeerId from, const BlockForm& form);
  bool OnSign(const PoolMoment& moment, PeerId from, const BlockSign& sign);
  void OnDeadline(const PoolMoment& moment);
  // What there is to do now; call after every event.
  void Advance(const PoolMoment& moment);
  // The vote is over: so is the pool.
  void Stop(const PoolMoment& moment);

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] const Pool& pool() const { return pool_; }

  // Over and handed to another pool: where this peer stands now. Otherwise without coordinator.
  [[nodiscard]] const PoolPlace& handed_to() const { return handed_to_; }

  // REQUIRES: over, not handed over.
  [[nodiscard]] const PoolEnd& end() const { return end_; }

  [[nodiscard]] EndedPool TakeEndedPool() { return std::move(ended_); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  static constexpr int64_t kFlawRest =
      20;  // Greet timeouts: lists that do not fit now hardly will soon.

  template <typename State>
  void Tell(State& state) const;

  // Another pool that this one greets or merges with.
  struct Merge {
    PeerId peer = kNoPeer;  // Its coordinator; kNoPeer: none.
    Key256 pool;
    uint64_t id = 0;  // Of the greet, and of all that follows between the two.
    Time until = Time::Never();
  };

  // How the last merge in which this pool took another one ended, for a giver that was not told.
  struct Verdict {
    PeerId giver = kNoPeer;
    uint64_t id = 0;
    MergeAck word;
  };

  // pool_coordination.cc: rounds of informs, and what they decide.
  void StartRound(const PoolMoment& moment, PoolEvent event, Duration wait);
  void SendRound(const PoolMoment& moment, std::span<const PeerId> to) const;
  void EndRound(const PoolMoment& moment);
  void OnSilent(const PoolMoment& moment, std::vector<PeerId> silent);
  void Dissolve(const PoolMoment& moment, std::vector<PeerId> silent);
  void RevertFormation(const PoolMoment& moment);
  void End(const PoolMoment& moment, PoolEnd end);
  [[nodiscard]] std::vector<PeerId> Others(const PoolMoment& moment) const;
  [[nodiscard]] bool IsMember(PeerId peer) const;

  // Members that a revert has not reached yet would not understand what comes next.
  [[nodiscard]] bool IsSettled() const { return !roll_.open() || event_ != PoolEvent::kReverted; }

  [[nodiscard]] PoolPlace Place(const PoolMoment& moment) const;
  [[nodiscard]] std::vector<NamedNode> Named(const PoolMoment& moment) const;
  static void SortLists(Pool& pool);

  // pool_merging.cc.
  void Greet(const PoolMoment& moment);
  void BeginMerge(const PoolMoment& moment, const Merge& merge, Phase phase);
  void Give(const PoolMoment& moment);
  void LeaveMerge();
  void GiveUpMerge(const PoolMoment& moment);
  void Take(const PoolMoment& moment, const MergeLists& lists);
  void FinishTaking(const PoolMoment& moment);
  void RevertTaking(const PoolMoment& moment, std::vector<PeerId> silent);
  void SendVerdict(const PoolMoment& moment, MergeVerdict verdict, uint32_t epoch);
  void FinishMoving(const PoolMoment& moment);
  void TakeBack(const PoolMoment& moment, std::vector<PeerId> silent, bool tell);
  void HandOver(const PoolMoment& moment);
  [[nodiscard]] bool Prefers(const Key256& pool) const;
  [[nodiscard]] bool IsLarger(size_t other_size, const Key256& other) const;
  [[nodiscard]] std::optional<NegotiationReject> FlawOf(const PoolMoment& moment, PeerId from,
                                                        const MergeLists& lists) const;

  // pool_forming.cc.
  [[nodiscard]] bool IsFormDue(const PoolMoment& moment) const;
  [[nodiscard]] static Time FormTime(const PoolMoment& moment);
  [[nodiscard]] Time TicketTime(const PoolMoment& moment) const;
  [[nodiscard]] Time TicketsEnd() const;
  void BeginForm(const PoolMoment& moment);
  void FinishForm(const PoolMoment& moment);

  Phase phase_ = Phase::kOpening;
  Pool pool_;
  Key256 lists_;  // Hash of what the round is about.
  PoolEvent event_ = PoolEvent::kFormed;
  RollCall roll_;
  std::vector<PeerId> silent_;  // In the last round.
  Time keep_at_ = Time::Never();
  Time form_at_ = Time::Never();
  Partners partners_;
  Time greets_at_ = Time::Never();  // After a refusal; Never: at once.
  Merge merge_;
  Pool merged_;      // kTaken.
  PoolPlace taker_;  // kMoving, kMoved: the merged pool.
  uint64_t taker_round_ = 0;
  Time ask_at_ = Time::Never();
  Verdict verdict_;
  std::unique_ptr<BlockForm> form_;
  std::vector<BlockSignature> signatures_;
  PoolPlace handed_to_;
  PoolEnd end_;
  EndedPool ended_;
};

}  // namespace core
