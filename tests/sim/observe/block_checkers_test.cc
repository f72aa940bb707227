// BR-1 to BR-10 on facts written by hand: each kept, violated, and without its premise.
#include <gtest/gtest.h>

#include "sim/observe/checkers/reader_checkers.h"
#include "sim/observe/checkers/replica_checkers.h"
#include "tests/sim/observe/block_facts.h"

namespace sim {
namespace {

using core::CallKind;
using core::CallOutcome;
using Kind = WorldFact::Kind;

template <typename Watching>
class CheckerTest : public FactTest<Watching> {
 protected:
  using FactTest<Watching>::checker_;
  using FactTest<Watching>::Tell;

  void Put(int64_t ms, uint32_t client, uint64_t request, uint64_t base, uint8_t content,
           CallOutcome outcome = CallOutcome::kCommitted) {
    Tell(ms, client, Started(CallKind::kPut, request, base, content));
    Tell(ms + 10, client, Finished(CallKind::kPut, request, outcome, base + 1, content));
  }

  void ReadLatest(int64_t ms, uint32_t client, uint64_t request, uint64_t revision,
                  uint8_t content) {
    Tell(ms, client, Started(CallKind::kGet, request));
    Tell(ms + 10, client,
         Finished(CallKind::kGet, request, CallOutcome::kFound, revision, content));
  }

  void ExpectOneViolation() { EXPECT_EQ(checker_.violations(), 1u); }
};

class RevisionOrderTest : public CheckerTest<RevisionOrderChecker> {};

TEST_F(RevisionOrderTest, RevisionsThatCountUpPass) {
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 0, Applied(2, 2, 1, 2));
  Tell(3, 1, Restored(2, 2, 2));
  Tell(4, 1, Applied(3, 3, 2, 3));
  ExpectPassed(4);
}

TEST_F(RevisionOrderTest, AGapAStepBackAndAWrongBaseFail) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 0, Applied(3, 3, 2, 3));
  ExpectOneViolation();
  Tell(3, 0, Applied(2, 2, 1, 2));
  EXPECT_EQ(checker_.violations(), 2u);
  Tell(4, 0, Applied(3, 3, 9, 3));
  EXPECT_EQ(checker_.violations(), 3u);
  Tell(5, 0, Restored(3, 3, 3));
  EXPECT_EQ(checker_.violations(), 4u);
}

TEST_F(RevisionOrderTest, WhatADiskLostIsNotHeldAgainstItsReplica) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(3, 0, Applied(2, 2, 1, 2));
  checker_.OnWorldFact(world_, {Kind::kForgot, WorldTime{5'000}, {0}, 0, WorldTime{3'000}});
  Tell(6, 0, Applied(2, 2, 1, 2));
  EXPECT_EQ(checker_.violations(), 0u);
  checker_.OnWorldFact(world_, {Kind::kForgot, WorldTime{7'000}, {0}, 0, WorldTime{7'000}});
  Tell(8, 0, Applied(2, 2, 1, 2));
  EXPECT_EQ(checker_.violations(), 1u) << "what was reported before is still there";
  checker_.OnWorldFact(world_, {Kind::kForgot, WorldTime{9'000}, {0}, 0, WorldTime{}});
  Tell(10, 0, Applied(1, 1, 0, 1));
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(RevisionOrderTest, AReplicaThatStoppedMayHaveGoneOnWithoutAWordButNotBack) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  world_.TellWorld(checker_, 2, Kind::kStopped, 0);
  Tell(3, 0, Applied(3, 3, 2, 3));
  EXPECT_EQ(checker_.violations(), 0u);
  world_.TellWorld(checker_, 4, Kind::kStopped, 0);
  Tell(5, 0, Applied(3, 3, 2, 3));
  ExpectOneViolation();
  Tell(6, 0, Applied(5, 5, 4, 5));
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(RevisionOrderTest, ACollectedTombstoneStartsAnewIfItWasTheLatest) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 0, Deleted(2, 1, 2));
  Tell(3, 0, Collected(2, true));
  Tell(4, 0, Applied(1, 4, 0, 4));
  Tell(5, 0, Deleted(2, 4, 5));
  Tell(6, 0, Applied(3, 6, 0xdd, 6));
  EXPECT_EQ(checker_.violations(), 0u);
  Tell(7, 0, Collected(2, true));
  Tell(8, 0, Applied(3, 6, 0xdd, 6));
  ExpectOneViolation();
  world_.dishonest.insert(3);
  Tell(9, 3, Applied(9, 1, 0, 1));
  ExpectOneViolation();
}

class ForkTest : public CheckerTest<ForkChecker> {};

TEST_F(ForkTest, OneActionForEachRevisionPasses) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(2, 1, Applied(1, 1, 0, 1));
  Tell(2, 2, Restored(1, 1, 1));
  ExpectPassed(2);
}

TEST_F(ForkTest, TwoContentsOrTwoTransactionsAtOneRevisionFail) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 1, Applied(1, 2, 0, 2));
  ExpectOneViolation();
  EXPECT_EQ(checker_.first()->peer, core::PeerId{1});
  Tell(3, 2, Applied(1, 1, 0, 3));
  EXPECT_EQ(checker_.violations(), 2u);
  world_.dishonest.insert(4);
  Tell(4, 4, Applied(1, 9, 0, 9));
  EXPECT_EQ(checker_.violations(), 2u);
}

class LostWriteTest : public CheckerTest<LostWriteChecker> {};

TEST_F(LostWriteTest, AWriteThatStaysPasses) {
  Tell(5, 0, Applied(1, 1, 0, 1));
  Put(1, 9, 1, 0, 1);
  Tell(20, 0, Applied(2, 2, 1, 2));
  ReadLatest(30, 8, 1, 2, 2);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(LostWriteTest, AnotherContentAtItsRevisionIsALoss) {
  Put(1, 9, 1, 0, 1);
  Tell(20, 0, Applied(1, 7, 0, 7));
  ExpectOneViolation();
}

TEST_F(LostWriteTest, ARevisionThatDoesNotDescendFromItIsALoss) {
  Tell(1, 0, Applied(2, 7, 6, 7));
  Put(2, 9, 1, 0, 1);
  ExpectOneViolation();
}

TEST_F(LostWriteTest, TwoAcknowledgedContentsAreALoss) {
  Put(1, 9, 1, 0, 1);
  Put(30, 8, 1, 0, 2);
  ExpectOneViolation();
}

TEST_F(LostWriteTest, ALaterReadThatFindsLessIsALossButNotOneThatOverlaps) {
  Tell(1, 8, Started(CallKind::kGet, 1));
  Put(2, 9, 1, 0, 1);
  Tell(20, 8, Finished(CallKind::kGet, 1, CallOutcome::kFound, 0));
  EXPECT_EQ(checker_.violations(), 0u);
  ReadLatest(30, 8, 2, 0, 0);
  ExpectOneViolation();
}

TEST_F(LostWriteTest, AReadOfAnotherContentAtItsRevisionIsALoss) {
  Put(2, 9, 1, 0, 1);
  ReadLatest(30, 8, 2, 1, 5);
  ExpectOneViolation();
}

TEST_F(LostWriteTest, EveryWriteOfATransactionCounts) {
  Tell(1, 9, Started(CallKind::kTransact, 4));
  core::CallWrite write;
  write.request = 4;
  write.block = KeyOf(0xb2);
  write.base_revision = 2;
  write.hash = HashOf(3);
  Tell(1, 9, write);
  Tell(9, 9, Finished(CallKind::kTransact, 4, CallOutcome::kCommitted, 1, 1));
  core::RevisionApplied other = Applied(3, 8, 0, 8);
  other.block = KeyOf(0xb2);
  Tell(10, 0, other);
  ExpectOneViolation();
}

class ContentTest : public CheckerTest<ContentChecker> {
 protected:
  core::Key256 HashOfBytes(const core::Bytes& value) {
    std::vector<uint8_t> bytes;
    core::ContentBytes(value, bytes);
    return core::Key256{world_.context().suite->Sha256(bytes)};
  }

  void Get(uint64_t request, const core::Bytes& told, const core::Bytes& brought,
           uint64_t revision) {
    core::CallFinished finished = Finished(CallKind::kGet, request, CallOutcome::kFound, 1);
    finished.hash = HashOfBytes(told);
    if (!brought.empty()) Tell(5, 9, core::BlockRead{request, kBlock, revision, brought});
    Tell(5, 9, finished);
  }
};

TEST_F(ContentTest, WhatTheHashNamesPassesAndAnythingElseFails) {
  Tell(1, 9, Finished(CallKind::kGet, 7, CallOutcome::kFound, 0));
  Tell(1, 9, Finished(CallKind::kGet, 8, CallOutcome::kUnavailable));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Get(1, {1, 2}, {1, 2}, 1);
  ExpectPassed(1);
  Get(2, {1, 2}, {1, 3}, 1);
  ExpectOneViolation();
  Get(3, {1, 2}, {1, 2}, 2);
  EXPECT_EQ(checker_.violations(), 2u);
  Get(4, {1, 2}, {}, 1);
  EXPECT_EQ(checker_.violations(), 3u);
}

class CollectionTest : public CheckerTest<CollectionChecker> {};

TEST_F(CollectionTest, OldRevisionsAndOldTombstonesMayGo) {
  world_.config.transactions.tombstone_ttl = core::Seconds(10);
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 0, Applied(2, 2, 1, 2));
  Tell(3, 0, Collected(1));
  Tell(4, 0, Deleted(3, 2, 3));
  Tell(11'000, 0, Collected(3, true));
  ExpectPassed(2);
}

TEST_F(CollectionTest, TheLatestOrAYoungTombstoneMayNot) {
  world_.config.transactions.tombstone_ttl = core::Seconds(10);
  Tell(1, 0, Applied(1, 1, 0, 1));
  Tell(2, 0, Collected(1));
  ExpectOneViolation();
  Tell(4, 0, Deleted(2, 1, 3));
  Tell(9'000, 0, Collected(2, true));
  EXPECT_EQ(checker_.violations(), 2u);
}

class OldRevisionTest : public CheckerTest<OldRevisionChecker> {
 protected:
  void Get(uint64_t request, uint64_t asked, CallOutcome outcome, uint64_t found) {
    Tell(100, 8, Started(CallKind::kGet, request, asked));
    Tell(110, 8, Finished(CallKind::kGet, request, outcome, found));
  }
};

TEST_F(OldRevisionTest, TheHighestUpToTheOneAskedForPasses) {
  Put(1, 9, 1, 0, 1);
  Put(20, 9, 2, 1, 2);
  Tell(30, 0, Applied(2, 2, 1, 2));
  Get(1, 1, CallOutcome::kFound, 1);
  Get(2, 9, CallOutcome::kFound, 2);
  Get(3, 1, CallOutcome::kExpired, 0);
  Get(4, 9, CallOutcome::kFound, 5);
  ExpectPassed(4);
}

TEST_F(OldRevisionTest, AnotherOneFails) {
  Put(1, 9, 1, 0, 1);
  Put(20, 9, 2, 1, 2);
  Tell(30, 0, Applied(2, 2, 1, 2));
  Get(1, 1, CallOutcome::kFound, 2);
  Get(2, 2, CallOutcome::kFound, 1);
  Get(3, 2, CallOutcome::kExpired, 0);
  EXPECT_EQ(checker_.violations(), 3u);
}

class PendTest : public CheckerTest<PendChecker> {};

TEST_F(PendTest, APendThatGoesWhenItIsAppliedPasses) {
  Tell(1, 0, core::PendTaken{kBlock, TxOf(1)});
  Tell(5, 0, Applied(1, 1, 0, 1));
  Tell(5, 0, core::PendDropped{kBlock, TxOf(1), true});
  Tell(6, 0, core::PendTaken{kBlock, TxOf(2)});
  Tell(7, 0, core::PendDropped{kBlock, TxOf(2), false});
  checker_.OnEnd(world_);
  ExpectPassed(2);
}

TEST_F(PendTest, APendThatStaysOrComesBackFails) {
  Tell(1, 0, core::PendTaken{kBlock, TxOf(1)});
  Tell(5, 0, Applied(1, 1, 0, 1));
  world_.RunTo(checker_, 1);
  ExpectOneViolation();
  Tell(2000, 0, core::PendDropped{kBlock, TxOf(1), true});
  Tell(2001, 0, core::PendTaken{kBlock, TxOf(1)});
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.violations(), 2u);
}

TEST_F(PendTest, APendThatTheDiskLostMayComeBack) {
  for (const uint32_t peer : {0u, 1u}) {
    Tell(1, peer, core::PendTaken{kBlock, TxOf(1)});
    Tell(5, peer, Applied(1, 1, 0, 1));
    Tell(5, peer, core::PendDropped{kBlock, TxOf(1), true});
  }
  checker_.OnWorldFact(world_, {Kind::kForgot, WorldTime{6'000}, {0}, 0, WorldTime{5'000}});
  for (const uint32_t peer : {0u, 1u}) Tell(7, peer, core::PendTaken{kBlock, TxOf(1)});
  checker_.OnEnd(world_);
  ExpectOneViolation();
}

class RetryTest : public CheckerTest<RetryChecker> {};

TEST_F(RetryTest, OneRevisionOnAllReplicasPasses) {
  Tell(1, 9, core::CallAttempt{1, TxOf(1), 1});
  Tell(2, 9, core::CallAttempt{1, TxOf(2), 2});
  Tell(3, 0, Applied(1, 1, 0, 2));
  Tell(3, 1, Applied(1, 1, 0, 2));
  ExpectPassed(2);
}

TEST_F(RetryTest, ATransactionOrACallThatMakesTwoFails) {
  Tell(3, 0, Applied(1, 1, 0, 7));
  Tell(4, 0, Applied(2, 1, 1, 7));
  ExpectOneViolation();
  Tell(5, 9, core::CallAttempt{1, TxOf(1), 1});
  Tell(5, 9, core::CallAttempt{1, TxOf(2), 2});
  Tell(6, 0, Applied(3, 1, 1, 1));
  Tell(7, 0, Applied(4, 1, 1, 2));
  EXPECT_EQ(checker_.violations(), 2u);
}

class ResurrectionTest : public CheckerTest<ResurrectionChecker> {};

TEST_F(ResurrectionTest, APutBehindTheTombstonePasses) {
  Tell(1, 0, Applied(1, 1, 0, 1));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Tell(2, 0, Deleted(2, 1, 2));
  Tell(3, 0, Applied(3, 3, 0xdd, 3));
  ExpectPassed(1);
}

TEST_F(ResurrectionTest, AnOldRevisionBehindATombstoneFailsUntilItMayBeForgotten) {
  world_.config.transactions.tombstone_ttl = core::Seconds(10);
  for (const uint32_t peer : {0u, 1u}) {
    Tell(1, peer, Deleted(2, 1, 2));
    Tell(2, peer, Collected(2, true));
  }
  Tell(9'000, 0, Restored(1, 1, 1));
  ExpectOneViolation();
  Tell(20'000, 1, Applied(1, 5, 0, 5));
  ExpectOneViolation();
}

TEST_F(ResurrectionTest, ATombstoneThatTheDiskLostIsForgotten) {
  for (const uint32_t peer : {0u, 1u}) Tell(2, peer, Deleted(2, 1, 2));
  checker_.OnWorldFact(world_, {Kind::kForgot, WorldTime{3'000}, {0}, 0, WorldTime{2'000}});
  Tell(4, 0, Restored(1, 1, 1));
  EXPECT_EQ(checker_.violations(), 0u);
  Tell(4, 1, Restored(1, 1, 1));
  ExpectOneViolation();
}

TEST_F(ResurrectionTest, ADeleteOfWhatIsDeletedFails) {
  Tell(1, 0, Deleted(2, 1, 2));
  Tell(2, 0, Deleted(3, 0xdd, 3));
  ExpectOneViolation();
}

class SessionTest : public CheckerTest<SessionChecker> {};

TEST_F(SessionTest, ReadsThatGoForwardPass) {
  ReadLatest(1, 9, 1, 0, 0);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Put(20, 9, 2, 0, 1);
  ReadLatest(40, 9, 3, 1, 1);
  ReadLatest(60, 9, 4, 3, 3);
  ReadLatest(80, 8, 1, 1, 1);
  ExpectPassed(2);
}

TEST_F(SessionTest, LessThanTheOwnWriteOrTheLastReadFails) {
  Put(20, 9, 2, 4, 1);
  ReadLatest(40, 9, 3, 4, 4);
  ExpectOneViolation();
  ReadLatest(60, 8, 1, 7, 7);
  ReadLatest(80, 8, 2, 6, 6);
  EXPECT_EQ(checker_.violations(), 2u);
  ReadLatest(100, 8, 3, 7, 9);
  EXPECT_EQ(checker_.violations(), 3u);
}

TEST_F(SessionTest, AReadThatBeganBeforeOwesNothing) {
  Tell(1, 9, Started(CallKind::kRevision, 1));
  Put(2, 9, 2, 0, 1);
  Tell(20, 9, Finished(CallKind::kRevision, 1, CallOutcome::kFound, 0));
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

}  // namespace
}  // namespace sim
