#include "sim/workflow/export/operations.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sim {
namespace {

using testing::ElementsAre;

class OperationsTest : public testing::Test {
 protected:
  void Tell(int64_t ms, uint32_t peer, const core::Observation& what) {
    operations_.Note({WorldTime{ms * 1000}, {peer}, 0, core::Time{ms * 1000}, what});
  }

  void Stop(int64_t ms, uint32_t peer) {
    operations_.Note(WorldFact{WorldFact::Kind::kStopped, WorldTime{ms * 1000}, {peer}});
  }

  static core::CallStarted Put(uint64_t request) {
    core::CallStarted call;
    call.request = request;
    call.call = core::CallKind::kPut;
    return call;
  }

  static core::CallFinished Committed(uint64_t request) {
    core::CallFinished call;
    call.request = request;
    call.outcome = core::CallOutcome::kCommitted;
    call.attempts = 2;
    return call;
  }

  std::vector<std::string> told_;
  Operations operations_{[this](const OperationSpan& span) {
    told_.push_back(std::to_string(span.number) + ": " + std::to_string(span.peer.value) + " " +
                    std::string(span.kind) + " " + std::to_string(span.begun.us / 1000) + ".." +
                    std::to_string(span.ended.us / 1000) + " " + std::string(span.outcome) + " " +
                    std::to_string(span.tries));
  }};
};

TEST_F(OperationsTest, CallsOfOnePeerOverlap) {
  Tell(10, 1, Put(1));
  Tell(20, 1, Put(2));
  Tell(25, 2, Put(1));
  Tell(30, 1, Committed(1));
  Tell(50, 1, Committed(2));
  EXPECT_THAT(told_, ElementsAre("0: 1 put 10..30 committed 2", "1: 1 put 20..50 committed 2"));
  operations_.NoteEnd(WorldTime{60'000});
  EXPECT_EQ(told_.back(), "2: 2 put 25..60 unfinished 0");
}

TEST_F(OperationsTest, WhatAPeerHadBegunEndsWithIt) {
  Tell(10, 1, Put(1));
  Tell(10, 2, Put(1));
  Stop(15, 1);
  Tell(20, 1, Committed(1));
  EXPECT_THAT(told_, ElementsAre("0: 1 put 10..15 stopped 0"))
      << "the next process has calls of its own";
  Tell(30, 2, Committed(1));
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(OperationsTest, AMatchBegunAnewReplacesTheOther) {
  core::MatchStarted started;
  core::MatchFinished finished;
  finished.requests = 9;
  Tell(10, 1, started);
  Tell(20, 1, started);
  Tell(30, 1, finished);
  EXPECT_THAT(told_, ElementsAre("0: 1 match 10..20 replaced 0", "1: 1 match 20..30 satisfied 9"));
}

TEST_F(OperationsTest, ATaskLastsFromItsAcceptanceToItsEnd) {
  Tell(10, 1, core::TaskAccepted{});
  Tell(40, 1, core::TaskFinished{});
  Tell(50, 1, core::TaskFinished{});
  EXPECT_THAT(told_, ElementsAre("0: 1 task 10..40 done 0"))
      << "an end without a begin tells nothing";
}

TEST_F(OperationsTest, ALookupBeganWhenItsOwnClockSays) {
  core::LookupDone lookup;
  lookup.took = core::Milliseconds(30);
  lookup.requests = 4;
  Tell(100, 1, lookup);
  lookup.took = core::Milliseconds(300);
  Tell(100, 1, lookup);
  lookup.took = core::Milliseconds(-20);
  Tell(100, 1, lookup);
  EXPECT_THAT(told_, ElementsAre("0: 1 lookup 70..100 done 4", "1: 1 lookup 0..100 done 4",
                                 "2: 1 lookup 100..100 done 4"))
      << "a clock that jumped moves no begin out of the run or behind the end";
}

}  // namespace
}  // namespace sim
