// What the clients of a run were told: as a history, and TX-11 over it. And the table of all checks of blocks.
#include "sim/observe/client_history.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sim/observe/checkers/linearizability_checker.h"
#include "sim/observe/checkers/transaction_registry.h"
#include "tests/sim/observe/block_facts.h"

namespace sim {
namespace {

using core::CallKind;
using core::CallOutcome;
using Kind = WorldFact::Kind;

class ClientHistoryTest : public ::testing::Test {
 protected:
  void Tell(int64_t ms, uint32_t peer, const core::Observation& what) {
    world_.Tell(history_, ms, peer, what);
  }

  Verdict Judge() {
    LinearizabilityChecker checker(&history_);
    checker.OnEnd(world_);
    return checker.verdict();
  }

  FakeWorld world_{20};
  ClientHistory history_;
};

TEST_F(ClientHistoryTest, SaysWhatWasCalledAndTold) {
  Tell(1, 2, Started(CallKind::kPut, 1, 0, 7));
  Tell(2, 2, Started(CallKind::kGet, 2, 3));
  Tell(3, 2, Finished(CallKind::kPut, 1, CallOutcome::kCommitted, 1, 7));
  Tell(4, 2, Finished(CallKind::kGet, 2, CallOutcome::kFound, 1, 7));
  const std::string block = Hex(kBlock);
  const std::string content = Hex(HashOf(7));
  EXPECT_EQ(history_.text(),
            "{\"time\":1000,\"type\":\"invoke\",\"process\":131072,\"f\":\"put\",\"key\":\"" +
                block + "\",\"value\":{\"revision\":0,\"content\":\"" + content + "\"}}\n" +
                "{\"time\":2000,\"type\":\"invoke\",\"process\":131073,\"f\":\"get\",\"key\":\"" +
                block + "\",\"value\":{\"revision\":3}}\n" +
                "{\"time\":3000,\"type\":\"ok\",\"process\":131072,\"f\":\"put\",\"key\":\"" +
                block + "\",\"result\":{\"revision\":1}}\n" +
                "{\"time\":4000,\"type\":\"ok\",\"process\":131073,\"f\":\"get\",\"key\":\"" +
                block + "\",\"result\":{\"revision\":1,\"content\":\"" + content + "\"}}\n");
  EXPECT_EQ(history_.calls(), 2u);
  EXPECT_EQ(Judge(), Verdict::kPassed);
}

TEST_F(ClientHistoryTest, WithoutCallsThereIsNothingToJudge) {
  EXPECT_EQ(history_.text(), "");
  EXPECT_EQ(Judge(), Verdict::kVacuous);
}

TEST_F(ClientHistoryTest, AStaleReadFails) {
  Tell(1, 2, Started(CallKind::kPut, 1, 0, 7));
  Tell(3, 2, Finished(CallKind::kPut, 1, CallOutcome::kCommitted, 1, 7));
  Tell(4, 3, Started(CallKind::kRevision, 1));
  Tell(5, 3, Finished(CallKind::kRevision, 1, CallOutcome::kFound, 0));
  LinearizabilityChecker checker(&history_);
  checker.OnEnd(world_);
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_NE(
      checker.first()->found.find("the get_revision of process 196608, line 3 to 4, fits nowhere"),
      std::string::npos)
      << checker.first()->found;
}

TEST_F(ClientHistoryTest, ADeniedWriteMayNotBeReadAndOneInDoubtMay) {
  Tell(1, 2, Started(CallKind::kPut, 1, 0, 7));
  Tell(3, 2, Finished(CallKind::kPut, 1, CallOutcome::kInDoubt));
  Tell(4, 3, Started(CallKind::kGet, 1));
  Tell(5, 3, Finished(CallKind::kGet, 1, CallOutcome::kFound, 1, 7));
  EXPECT_EQ(Judge(), Verdict::kPassed);
  Tell(6, 2, Started(CallKind::kDelete, 2, 1));
  Tell(7, 2, Finished(CallKind::kDelete, 2, CallOutcome::kConflict));
  core::CallFinished deleted = Finished(CallKind::kGet, 2, CallOutcome::kFound, 2, 0xdd);
  deleted.deleted = true;
  Tell(8, 3, Started(CallKind::kGet, 2));
  Tell(9, 3, deleted);
  EXPECT_EQ(Judge(), Verdict::kFailed);
}

TEST_F(ClientHistoryTest, AClientThatStopsLeavesItsCallsUnknownAndStartsAnew) {
  Tell(1, 2, Started(CallKind::kPut, 1, 0, 7));
  world_.TellWorld(history_, 2, Kind::kStopped, 2);
  Tell(3, 2, Started(CallKind::kGet, 1));
  Tell(4, 2, Finished(CallKind::kGet, 1, CallOutcome::kFound, 0));
  EXPECT_NE(history_.text().find("\"type\":\"info\",\"process\":131072,\"f\":\"put\""),
            std::string::npos);
  EXPECT_EQ(Judge(), Verdict::kPassed);
}

class TransactionHistoryTest : public ClientHistoryTest {
 protected:
  static constexpr uint8_t kTail = 0xb1;
  static constexpr uint8_t kOther = 0xb2;

  void Transact(bool landed) {
    Tell(1, 2, Started(CallKind::kTransact, 1));
    for (const uint8_t block : {kTail, kOther}) {
      core::CallWrite write;
      write.request = 1;
      write.block = KeyOf(block);
      write.hash = HashOf(block);
      Tell(1, 2, write);
    }
    core::CallFinished end = Finished(CallKind::kTransact, 1, CallOutcome::kCommitted, 1, kTail);
    end.block = KeyOf(kTail);
    end.landed = landed;
    Tell(5, 2, end);
  }

  void Read(int64_t ms, uint8_t block, uint64_t revision) {
    core::CallStarted read = Started(CallKind::kGet, 2);
    read.block = KeyOf(block);
    Tell(ms, 3, read);
    Tell(ms + 1, 3, Finished(CallKind::kGet, 2, CallOutcome::kFound, revision, block));
  }
};

TEST_F(TransactionHistoryTest, EachWriteIsACallOnItsBlock) {
  Transact(true);
  EXPECT_EQ(history_.calls(), 2u);
  Read(6, kOther, 1);
  EXPECT_EQ(Judge(), Verdict::kPassed);
}

TEST_F(TransactionHistoryTest, WhereItHasLandedNobodyMissesIt) {
  Transact(true);
  Read(6, kOther, 0);
  EXPECT_EQ(Judge(), Verdict::kFailed);
}

TEST_F(TransactionHistoryTest, BeforeItHasLandedReadersMissItBesideTheTailOnly) {
  Transact(false);
  Read(6, kOther, 0);
  Read(8, kOther, 1);
  EXPECT_EQ(Judge(), Verdict::kPassed);
  Read(10, kTail, 0);
  EXPECT_EQ(Judge(), Verdict::kFailed);
}

TEST_F(TransactionHistoryTest, WhatLandedLaterStaysThere) {
  Transact(false);
  Read(6, kOther, 1);
  Read(8, kOther, 0);
  EXPECT_EQ(Judge(), Verdict::kFailed);
}

TEST_F(ClientHistoryTest, ADishonestClientsWordProvesNothing) {
  world_.dishonest.insert(2);
  Tell(1, 2, Started(CallKind::kPut, 1, 0, 7));
  Tell(2, 2, Finished(CallKind::kPut, 1, CallOutcome::kRejected));
  Tell(3, 2, Started(CallKind::kGet, 2));
  Tell(4, 2, Finished(CallKind::kGet, 2, CallOutcome::kFound, 40, 9));
  Tell(5, 3, Started(CallKind::kGet, 1));
  Tell(6, 3, Finished(CallKind::kGet, 1, CallOutcome::kFound, 1, 7));
  EXPECT_EQ(history_.calls(), 2u);
  EXPECT_EQ(Judge(), Verdict::kPassed);
}

TEST(TransactionRegistryTest, HasEachCheckOnce) {
  std::set<std::string_view> ids;
  for (const auto& checker : MakeTransactionCheckers(nullptr)) {
    EXPECT_TRUE(ids.insert(checker->info().id).second) << checker->info().id;
    EXPECT_FALSE(checker->info().statement.empty());
    EXPECT_EQ(checker->verdict(), Verdict::kVacuous);
  }
  EXPECT_EQ(ids.size(), 22u);
}

}  // namespace
}  // namespace sim
