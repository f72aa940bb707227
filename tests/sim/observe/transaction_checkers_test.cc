// TX-1 to TX-12 on facts written by hand: each kept, violated, and without its premise.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sim/observe/allowances.h"
#include "sim/observe/checkers/client_checkers.h"
#include "sim/observe/checkers/landing_checkers.h"
#include "sim/observe/checkers/member_checkers.h"
#include "tests/sim/observe/block_facts.h"

namespace sim {
namespace {

using core::CallKind;
using core::CallOutcome;
using core::VoteKind;
using Cause = core::LockReleased::Cause;
using Kind = WorldFact::Kind;

template <typename Watching>
class CheckerTest : public FactTest<Watching> {
 protected:
  // Fault 0 lasts.
  CheckerTest() { this->world_.plan.faults.emplace_back(); }

  void TellWorld(int64_t ms, Kind kind, uint32_t peer) {
    this->world_.TellWorld(this->checker_, ms, kind, peer);
  }
};

class CertificateTest : public CheckerTest<CertificateChecker> {};

TEST_F(CertificateTest, OneCommitForEachRevisionPasses) {
  Tell(1, 0, Abort(9));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(1, 0, Certificate(1, 0, 1));
  Tell(2, 1, Certificate(1, 0, 1));  // Counted by another member too.
  Tell(3, 0, Certificate(2, 0, 1));  // A retry with the same content.
  Tell(4, 0, Certificate(3, 1, 3));
  ExpectPassed(4);
}

TEST_F(CertificateTest, TwoContentsAtOneRevisionFail) {
  Tell(1, 0, Certificate(1, 0, 1));
  Tell(2, 1, Certificate(2, 0, 2));
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(CertificateTest, ACommitMakesTheRevisionThatItsPendPrepared) {
  core::CertificateMade commit = Certificate(1, 0, 1);
  commit.action = core::TxAction::kCommit;
  Tell(1, 0, commit);
  ExpectPassed(1);
  Tell(2, 1, Certificate(2, 0, 2));
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(CertificateTest, PendsMayRepeatButForksFail) {
  core::CertificateMade pend = Certificate(1, 0, 1);
  pend.action = core::TxAction::kPendPut;
  Tell(1, 0, pend);
  pend = Certificate(2, 0, 2);
  pend.action = core::TxAction::kPendPut;
  Tell(2, 0, pend);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(3, 4, core::ForkSeen{kBlock, 1, KeyOf(1), KeyOf(2)});
  EXPECT_EQ(checker_.violations(), 1u);
}

class DecisionTest : public CheckerTest<DecisionChecker> {};

TEST_F(DecisionTest, OneDecisionEverywherePassesTwoFail) {
  Tell(1, 0, Certificate(1, 0, 1));
  Tell(2, 1, Decided(1, true));
  Tell(2, 1, Abort(2));
  ExpectPassed(3);
  Tell(3, 2, Decided(2, true));
  EXPECT_EQ(checker_.violations(), 1u);
  Tell(4, 2, Abort(1));
  EXPECT_EQ(checker_.violations(), 2u);
}

class VoteTest : public CheckerTest<VoteChecker> {};

TEST_F(VoteTest, OneVoteAndOneApprovalAtATimePass) {
  Tell(1, 0, Vote(1, VoteKind::kApprove));
  Tell(2, 0, Vote(1, VoteKind::kApprove));  // Sent again.
  Tell(3, 0, Vote(2, VoteKind::kConflict));
  Tell(4, 0, Decided(1, true));
  Tell(5, 0, Vote(3, VoteKind::kApprove));
  Tell(6, 0, core::LockReleased{kBlock, KeyOf(3), Cause::kAborted});
  Tell(7, 0, Vote(4, VoteKind::kApprove));
  Tell(7, 1, Vote(5, VoteKind::kApprove));
  ExpectPassed(6);
}

TEST_F(VoteTest, AnotherVoteFails) {
  Tell(1, 0, Vote(1, VoteKind::kApprove));
  Tell(2, 0, Vote(1, VoteKind::kExpired));
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(VoteTest, AnApprovalAfterALockWasLostToTimeTheftOrForgettingFails) {
  uint8_t tx = 1;
  uint64_t violations = 0;
  for (const Cause cause : {Cause::kTimedOut, Cause::kStolen, Cause::kForgotten}) {
    const uint32_t peer = tx;
    Tell(1, peer, Vote(tx, VoteKind::kApprove));
    Tell(2, peer, core::LockReleased{kBlock, KeyOf(tx), cause});
    Tell(3, peer, Vote(static_cast<uint8_t>(tx + 100), VoteKind::kApprove));
    EXPECT_EQ(checker_.violations(), ++violations);
    ++tx;
  }
  world_.dishonest.insert(9);
  Tell(4, 9, Vote(1, VoteKind::kApprove));
  Tell(5, 9, Vote(2, VoteKind::kApprove));
  EXPECT_EQ(checker_.violations(), violations);
}

class LockTest : public CheckerTest<LockChecker> {
 protected:
  LockTest() {
    world_.config.transactions.lifetime = core::Seconds(5);
    bound_ = 5 + kResolutionTime.us / 1'000'000;
  }

  int64_t bound_ = 0;  // Seconds.
};

TEST_F(LockTest, ALockThatIsReleasedPasses) {
  Tell(1, 0, core::LockTaken{kBlock, KeyOf(1)});
  Tell(900, 0, core::LockReleased{kBlock, KeyOf(1), Cause::kCommitted});
  world_.RunTo(checker_, bound_ + 10);
  ExpectPassed(1);
}

TEST_F(LockTest, ALockThatStaysFailsOnce) {
  Tell(1, 0, core::LockTaken{kBlock, KeyOf(1)});
  world_.RunTo(checker_, bound_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(LockTest, NothingIsDemandedWhileAPeerIsDownOrAFaultInForce) {
  Tell(1, 0, core::LockTaken{kBlock, KeyOf(1)});
  TellWorld(2, Kind::kStopped, 5);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  TellWorld((bound_ + 10) * 1000, Kind::kStarted, 5);
  TellWorld((bound_ + 10) * 1000, Kind::kFaultBegan, core::kNoPeer.value);
  world_.RunTo(checker_, 3 * bound_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  TellWorld(3 * bound_ * 1000, Kind::kFaultEnded, core::kNoPeer.value);
  world_.RunTo(checker_, 4 * bound_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.RunTo(checker_, 4 * bound_ + 1);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(LockTest, ALockThatStaysFailsAfterAFaultOfAMomentToo) {
  Fault restart;
  restart.kind = Fault::Kind::kRestart;
  world_.plan.faults.push_back(restart);
  Tell(1, 0, core::LockTaken{kBlock, KeyOf(1)});
  world_.TellWorld(checker_, 900, Kind::kFaultBegan, core::kNoPeer.value, 1);
  TellWorld(901, Kind::kStopped, 5);
  TellWorld(902, Kind::kStarted, 5);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(LockTest, WhoStartsAgainReportsTheLocksThatItHolds) {
  for (const uint32_t peer : {0u, 1u}) {
    Tell(1, peer, core::LockTaken{kBlock, KeyOf(1)});
    TellWorld(2, Kind::kStopped, peer);
    TellWorld(3, Kind::kStarted, peer);
  }
  Tell(3, 1, core::LockTaken{kBlock, KeyOf(1)});
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->peer, core::PeerId{1});
}

class LandingTest : public CheckerTest<LandingChecker> {
 protected:
  LandingTest() {
    world_.config.transactions.lifetime = core::Seconds(5);
    bound_ = 2 * 5 + kResolutionTime.us / 1'000'000;
    Tell(1, 9, Started(CallKind::kTransact, 1));
    for (const core::BlockId& block : {kBlock, kOther}) {
      Tell(1, 9, core::CallWrite{1, block, 0, KeyOf(1), false});
    }
    Tell(1, 9, core::CallAttempt{1, TxOf(1), 1});
    Tell(2, 0, core::PendTaken{kBlock, TxOf(1)});
    Tell(2, 0, core::PendTaken{kOther, TxOf(1)});
  }

  void Land(const core::BlockId& block) {
    core::RevisionApplied applied = Applied(1, 1, 0, 1);
    applied.block = block;
    Tell(5, 0, applied);
    Tell(5, 0, core::PendDropped{block, TxOf(1), true});
  }

  const core::BlockId kOther = KeyOf(0xb2);
  int64_t bound_ = 0;  // Seconds.
};

TEST_F(LandingTest, WhatLandsEverywherePasses) {
  Land(kBlock);
  Land(kOther);
  world_.RunTo(checker_, bound_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.RunTo(checker_, bound_ + 2);
  ExpectPassed(1);
}

TEST_F(LandingTest, WhatLandsNowhereHasNoPremise) {
  for (const core::BlockId& block : {kBlock, kOther}) {
    Tell(5, 0, core::PendDropped{block, TxOf(1), false});
  }
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

TEST_F(LandingTest, APendThatOutlivesItsDecisionFailsOnce) {
  Tell(5, 0, core::PendDropped{kBlock, TxOf(1), false});
  world_.RunTo(checker_, bound_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.RunTo(checker_, bound_ + 2);
  EXPECT_EQ(checker_.violations(), 1u);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(LandingTest, ThePendOfADishonestClientMustEndToo) {
  world_.dishonest.insert(9);
  Tell(6000, 1, core::PendTaken{kBlock, TxOf(2)});
  world_.RunTo(checker_, bound_ + 20);
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(LandingTest, WhatLandsAtOneBlockOnlyFailsOnce) {
  Land(kBlock);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(LandingTest, AReplicaThatWaitsForeverFailsUnlessItStopped) {
  Land(kBlock);
  Land(kOther);
  Tell(6, 1, core::PendTaken{kBlock, TxOf(1)});
  Tell(6, 2, core::PendTaken{kBlock, TxOf(1)});
  TellWorld(7, Kind::kStopped, 2);
  TellWorld(8, Kind::kStarted, 2);
  world_.RunTo(checker_, bound_ + 10);
  EXPECT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->peer, core::PeerId{1});
}

class SequenceTest : public CheckerTest<SequenceChecker> {};

TEST_F(SequenceTest, AGapInATailFailsAndElsewhereDoesNot) {
  Tell(1, 0, Applied(5, 1, 0, 1));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(2, 9, Started(CallKind::kTransact, 1));
  Tell(3, 1, Restored(6, 1, 1));
  ExpectPassed(1);
  Tell(4, 2, Restored(8, 1, 1));
  EXPECT_EQ(checker_.violations(), 1u);
}

class QuorumTest : public CheckerTest<QuorumChecker> {
 protected:
  void Approve(uint8_t tx, uint32_t count) {
    for (uint32_t peer = 0; peer < count; ++peer) {
      Tell(1, peer, Vote(tx, VoteKind::kApprove));
      Tell(1, peer, Vote(tx, VoteKind::kApprove));
    }
  }
};

TEST_F(QuorumTest, EightOfTenApprovalsPass) {
  Approve(1, 8);
  Tell(2, 0, Certificate(1, 0, 1, 8, 10));
  ExpectPassed(1);
}

TEST_F(QuorumTest, TooFewVotesFail) {
  Approve(1, 8);
  Tell(2, 0, Certificate(1, 0, 1, 7, 10));
  EXPECT_EQ(checker_.violations(), 1u);
  Approve(2, 7);
  Tell(3, 0, Certificate(2, 1, 1, 8, 10));  // One of the votes was never cast.
  EXPECT_EQ(checker_.violations(), 2u);
  world_.dishonest.insert(19);
}

TEST_F(QuorumTest, ASmallClusterOnOneSideOfAPartitionFails) {
  Approve(1, 5);
  Tell(2, 0, Certificate(1, 0, 1, 5, 6));
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(QuorumTest, DishonestMembersMayHaveApproved) {
  world_.dishonest.insert(19);
  Approve(1, 7);
  Tell(2, 0, Certificate(1, 0, 1, 8, 10));
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

class DurabilityTest : public CheckerTest<DurabilityChecker> {
 protected:
  void Acknowledge() { Tell(9, 15, Finished(CallKind::kPut, 1, CallOutcome::kCommitted, 1, 1)); }
};

TEST_F(DurabilityTest, AMajorityPassesOneLessFails) {
  Tell(1, 0, Certificate(1, 0, 1, 8, 10));
  for (uint32_t peer = 0; peer < 5; ++peer) Tell(2, peer, Applied(1, 1, 0, 1));
  Tell(3, 4, Applied(1, 1, 0, 1));  // The same replica again.
  DurabilityChecker before = checker_;
  world_.Tell(before, 9, 15, Finished(CallKind::kPut, 1, CallOutcome::kCommitted, 1, 1));
  EXPECT_EQ(before.violations(), 1u);
  Tell(4, 5, Applied(1, 1, 0, 1));
  Acknowledge();
  ExpectPassed(1);
}

TEST_F(DurabilityTest, ThePendOfAnotherTransactionIsNotOfTheRevision) {
  core::CertificateMade pend = Certificate(2, 0, 1, 3, 10);
  pend.action = core::TxAction::kPendPut;
  Tell(1, 0, pend);
  Tell(2, 0, Certificate(1, 0, 1, 3, 4));
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(3, peer, Applied(1, 1, 0, 1));
  Acknowledge();
  ExpectPassed(1);
}

TEST_F(DurabilityTest, WithoutACertificateThereIsNothingToJudge) {
  Acknowledge();
  Tell(9, 15, Finished(CallKind::kPut, 2, CallOutcome::kStale, 1, 1));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

class DenialTest : public CheckerTest<DenialChecker> {};

TEST_F(DenialTest, ADeniedWriteThatStaysAwayPasses) {
  Tell(1, 9, core::CallAttempt{1, TxOf(1), 1});
  Tell(2, 9, Finished(CallKind::kPut, 1, CallOutcome::kConflict));
  Tell(3, 0, Applied(1, 1, 0, 7));
  ExpectPassed(1);
}

TEST_F(DenialTest, AWriteThatAppearsBeforeOrAfterItsDenialFails) {
  for (const CallOutcome outcome : {CallOutcome::kStale, CallOutcome::kConflict,
                                    CallOutcome::kRejected, CallOutcome::kUnavailable}) {
    const auto tx = static_cast<uint8_t>(10 * static_cast<int>(outcome));
    const auto later = static_cast<uint8_t>(tx + 1);
    DenialChecker fresh;
    world_.Tell(fresh, 1, 9, core::CallAttempt{1, TxOf(tx), 1});
    world_.Tell(fresh, 2, 9, core::CallAttempt{1, TxOf(later), 2});
    world_.Tell(fresh, 3, 0, Applied(1, 1, 0, tx));
    world_.Tell(fresh, 4, 9, Finished(CallKind::kPut, 1, outcome));
    EXPECT_EQ(fresh.violations(), 1u);
    world_.Tell(fresh, 5, 0, Applied(2, 1, 0, later));
    EXPECT_EQ(fresh.violations(), 2u);
  }
}

TEST_F(DenialTest, WhatIsCommittedOrInDoubtMayAppear) {
  Tell(1, 9, core::CallAttempt{1, TxOf(1), 1});
  Tell(2, 9, Finished(CallKind::kPut, 1, CallOutcome::kInDoubt));
  Tell(3, 0, Applied(1, 1, 0, 1));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

class DoubtTest : public CheckerTest<DoubtChecker> {
 protected:
  void LeaveInDoubt() {
    Tell(1, 9, core::CallAttempt{1, TxOf(1), 1});
    Tell(2, 9, Finished(CallKind::kPut, 1, CallOutcome::kInDoubt));
  }
};

TEST_F(DoubtTest, ADecisionPasses) {
  LeaveInDoubt();
  Tell(3, 0, Vote(1, VoteKind::kApprove));
  Tell(500, 0, Decided(1, false));
  world_.RunTo(checker_, 100);
  ExpectPassed(1);
}

TEST_F(DoubtTest, NoDecisionFailsIfSomebodyApproved) {
  LeaveInDoubt();
  DoubtChecker nobody = checker_;
  Tell(3, 0, Vote(1, VoteKind::kApprove));
  world_.RunTo(checker_, 100);
  EXPECT_EQ(checker_.violations(), 1u);
  nobody.OnCheckpoint(world_);
  EXPECT_EQ(nobody.verdict(), Verdict::kVacuous);
}

TEST_F(DoubtTest, ASafetyOnlyRunDemandsNothing) {
  world_.plan.safety_only = true;
  LeaveInDoubt();
  Tell(3, 0, Vote(1, VoteKind::kApprove));
  world_.RunTo(checker_, 100);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

class ProgressTest : public CheckerTest<ProgressChecker> {
 protected:
  void Begin(int64_t ms, uint32_t client) { Tell(ms, client, Started(CallKind::kPut, 1, 0, 1)); }

  void End(int64_t ms, uint32_t client, CallOutcome outcome, uint16_t attempts = 1) {
    core::CallFinished finished = Finished(CallKind::kPut, 1, outcome, 1, 1);
    finished.attempts = attempts;
    finished.took = core::Milliseconds(400);
    Tell(ms, client, finished);
  }
};

TEST_F(ProgressTest, ALoneWriterIsCommittedAtOnceOrToldThatItIsStale) {
  Begin(1, 9);
  End(2, 9, CallOutcome::kCommitted);
  Begin(3, 9);
  End(4, 9, CallOutcome::kStale);
  ExpectPassed(1);
}

TEST_F(ProgressTest, ALoneWriterThatMeetsConflictsOrRetriesFails) {
  Begin(1, 9);
  End(2, 9, CallOutcome::kConflict);
  EXPECT_EQ(checker_.violations(), 1u);
  Begin(3, 9);
  End(4, 9, CallOutcome::kCommitted, 2);
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(ProgressTest, AMeetingOfWritersMustEndInACommitOnAverage) {
  for (int64_t meeting = 0; meeting < 3; ++meeting) {
    const int64_t at = meeting * 100;
    Begin(at + 1, 8);
    Begin(at + 2, 9);
    End(at + 3, 8, meeting == 0 ? CallOutcome::kCommitted : CallOutcome::kConflict);
    End(at + 4, 9, meeting < 2 ? CallOutcome::kCommitted : CallOutcome::kConflict, 3);
  }
  ProgressChecker starving = checker_;
  checker_.OnEnd(world_);
  ExpectPassed(1);
  Begin(901, 8);
  world_.Tell(starving, 901, 8, Started(CallKind::kPut, 1, 0, 1));
  world_.Tell(starving, 902, 9, Started(CallKind::kPut, 1, 0, 1));
  world_.Tell(starving, 903, 8, Finished(CallKind::kPut, 1, CallOutcome::kConflict));
  world_.Tell(starving, 904, 9, Finished(CallKind::kPut, 1, CallOutcome::kConflict));
  starving.OnEnd(world_);
  EXPECT_EQ(starving.violations(), 1u);
}

// Of two blocks each.
class SharedBlocksTest : public CheckerTest<ProgressChecker> {
 protected:
  void Begin(int64_t ms, uint32_t client, uint8_t first, uint8_t second) {
    core::CallStarted started = Started(CallKind::kTransact, 1, 0, 1);
    started.block = KeyOf(first);
    Tell(ms, client, started);
    for (const uint8_t block : {first, second}) {
      core::CallWrite write;
      write.request = started.request;
      write.block = KeyOf(block);
      Tell(ms, client, write);
    }
  }

  void End(int64_t ms, uint32_t client, uint8_t first, CallOutcome outcome) {
    core::CallFinished finished = Finished(CallKind::kTransact, 1, outcome, 1, 1);
    finished.block = KeyOf(first);
    finished.attempts = 1;
    finished.took = core::Milliseconds(400);
    Tell(ms, client, finished);
  }
};

TEST_F(SharedBlocksTest, WhoMeetsNobodyIsCommittedAtOnce) {
  Begin(1, 8, 1, 2);
  Begin(2, 9, 3, 4);
  End(3, 8, 1, CallOutcome::kCommitted);
  End(4, 9, 3, CallOutcome::kCommitted);
  ExpectPassed(2);
  Begin(5, 8, 1, 2);
  End(6, 8, 1, CallOutcome::kConflict);
  EXPECT_EQ(checker_.violations(), 1u);
}

// 7 and 9 share no block, but both meet 8.
TEST_F(SharedBlocksTest, ACallMeetsWhomItsRivalsMeet) {
  Begin(1, 7, 1, 2);
  Begin(2, 9, 3, 4);
  Begin(3, 8, 2, 3);
  End(4, 7, 1, CallOutcome::kConflict);
  End(5, 8, 2, CallOutcome::kConflict);
  End(6, 9, 3, CallOutcome::kCommitted);
  checker_.OnEnd(world_);
  ExpectPassed(1);
}

TEST_F(SharedBlocksTest, RivalsWhoOnlyHinderEachOtherFail) {
  Begin(1, 7, 1, 2);
  Begin(2, 8, 2, 3);
  End(3, 7, 1, CallOutcome::kConflict);
  End(4, 8, 2, CallOutcome::kConflict);
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(ProgressTest, UnrestExcuses) {
  Begin(1, 9);
  TellWorld(2, Kind::kFaultBegan, core::kNoPeer.value);
  TellWorld(3, Kind::kFaultEnded, core::kNoPeer.value);
  End(4, 9, CallOutcome::kUnavailable);
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

}  // namespace
}  // namespace sim
