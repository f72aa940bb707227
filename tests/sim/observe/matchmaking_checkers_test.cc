// MM-2, MM-4, MM-6, MM-7, MM-8, MM-9 on facts written by hand: each once kept, once violated, once
// without its premise.
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/observe/allowances.h"
#include "sim/observe/checkers/adaptation_checker.h"
#include "sim/observe/checkers/budget_checker.h"
#include "sim/observe/checkers/cost_checker.h"
#include "sim/observe/checkers/crowding_checker.h"
#include "sim/observe/checkers/meeting_checker.h"
#include "sim/observe/checkers/patience_checker.h"
#include "sim/observe/checkers/registry.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

using Kind = WorldFact::Kind;

const core::Key256 kTopic = TopicKey(0x11);

core::MatchStarted Started(core::Role seek, uint16_t want = 3) {
  core::MatchStarted match;
  match.topic = kTopic;
  match.seek = seek;
  match.want = want;
  match.patience = core::Seconds(10);
  return match;
}

core::MatchFinished Finished(uint32_t requests) {
  core::MatchFinished match;
  match.topic = kTopic;
  match.requests = requests;
  match.took = core::Seconds(1);
  return match;
}

core::Held HeldAtRoot(uint32_t owner, core::Role role) {
  core::Held held;
  held.key = kTopic;
  held.topic = kTopic;
  held.owner = {owner};
  held.role = role;
  held.count = 1;
  return held;
}

core::Record RecordOf(uint32_t owner) {
  core::Record record;
  record.topic = kTopic;
  record.peer = {owner};
  return record;
}

core::Seen Seen(const core::Record& record) {
  return {.topic = kTopic, .record = &record, .received = {}};
}

// Peers 0 and 1 are matchers that seek each other; 8 and 9 hold their records.
class MeetingTest : public ::testing::Test {
 protected:
  void BothReachTheRoot() {
    for (const uint32_t peer : {0u, 1u}) {
      world_.Tell(checker_, 100, peer, Started(core::Role::kMatcher));
    }
    for (const uint32_t peer : {0u, 1u}) {
      for (const uint32_t holder : {8u, 9u}) {
        world_.Tell(checker_, 200, holder, HeldAtRoot(peer, core::Role::kMatcher));
      }
    }
  }

  FakeWorld world_{10};
  MeetingChecker checker_;
};

TEST_F(MeetingTest, MatchersThatSeeEachOtherPass) {
  BothReachTheRoot();
  world_.Tell(checker_, 900, 0, Seen(RecordOf(1)));
  world_.Tell(checker_, 900, 1, Seen(RecordOf(0)));
  world_.RunTo(checker_, 9);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
  EXPECT_EQ(checker_.premises(), 2u);
}

TEST_F(MeetingTest, AMatcherThatDoesNotSeeTheOtherFails) {
  BothReachTheRoot();
  world_.Tell(checker_, 900, 0, Seen(RecordOf(1)));
  world_.RunTo(checker_, 9);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->peer, core::PeerId{1});
}

TEST_F(MeetingTest, WhoLeavesNarrowsOrIsCutOffOwesNothing) {
  BothReachTheRoot();
  world_.Tell(checker_, 900, 0, Finished(5));
  core::Respecified narrower;
  narrower.topic = kTopic;
  narrower.to = 2;
  world_.Tell(checker_, 950, 1, narrower);
  world_.RunTo(checker_, 9);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);

  MeetingChecker cut_off;
  world_.cut.insert({1, 8});
  world_.cut.insert({0, 8});
  for (const uint32_t peer : {0u, 1u}) {
    world_.Tell(cut_off, 10'000, peer, Started(core::Role::kMatcher));
    world_.Tell(cut_off, 10'100, 8, HeldAtRoot(peer, core::Role::kMatcher));
    world_.Tell(cut_off, 10'100, 9, HeldAtRoot(peer, core::Role::kMatcher));
  }
  world_.RunTo(cut_off, 18);
  EXPECT_EQ(cut_off.verdict(), Verdict::kVacuous);
}

TEST_F(MeetingTest, WhoIsPausedOwesNothingAndAPausedWorkerKeepsItsTasks) {
  BothReachTheRoot();
  world_.TellWorld(checker_, 300, Kind::kPaused, 0);
  world_.RunTo(checker_, 9);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.Tell(checker_, 9050, 1, Finished(1));
  world_.Tell(checker_, 9100, 5, core::TaskAccepted{});  // Its budget is used up.
  world_.TellWorld(checker_, 9200, Kind::kPaused, 5);
  world_.TellWorld(checker_, 9300, Kind::kResumed, 5);
  world_.Tell(checker_, 9400, 2, Started(core::Role::kWorker));
  for (const uint32_t holder : {8u, 9u}) {
    world_.Tell(checker_, 9500, holder, HeldAtRoot(2, core::Role::kMatcher));
    world_.Tell(checker_, 9500, holder, HeldAtRoot(5, core::Role::kWorker));
  }
  world_.RunTo(checker_, 18);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  world_.TellWorld(checker_, 18'100, Kind::kStopped, 5);
  for (const uint32_t holder : {8u, 9u}) {
    world_.Tell(checker_, 18'200, holder, HeldAtRoot(5, core::Role::kWorker));
  }
  world_.RunTo(checker_, 27);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed) << "after a restart it is free";
}

TEST_F(MeetingTest, OneHolderAloneDoesNotMakeAPublication) {
  for (const uint32_t peer : {0u, 1u}) {
    world_.Tell(checker_, 100, peer, Started(core::Role::kMatcher));
    world_.Tell(checker_, 200, 8, HeldAtRoot(peer, core::Role::kMatcher));
  }
  world_.RunTo(checker_, 9);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

TEST_F(MeetingTest, ASeekerOfWorkersMustSeeAWorkerButNotAMatcher) {
  world_.Tell(checker_, 100, 0, Started(core::Role::kWorker));
  for (const uint32_t holder : {8u, 9u}) {
    world_.Tell(checker_, 200, holder, HeldAtRoot(0, core::Role::kMatcher));
    world_.Tell(checker_, 300, holder, HeldAtRoot(4, core::Role::kMatcher));
  }
  world_.RunTo(checker_, 7);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  for (const uint32_t holder : {8u, 9u}) {
    world_.Tell(checker_, 7300, holder, HeldAtRoot(5, core::Role::kWorker));
  }
  world_.RunTo(checker_, 14);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST_F(MeetingTest, ASatisfiedSeekerNeedNotSeeEverybody) {
  world_.Tell(checker_, 100, 0, Started(core::Role::kWorker, 1));
  world_.Tell(checker_, 150, 0, Seen(RecordOf(7)));
  for (const uint32_t holder : {8u, 9u}) {
    world_.Tell(checker_, 200, holder, HeldAtRoot(0, core::Role::kMatcher));
    world_.Tell(checker_, 300, holder, HeldAtRoot(5, core::Role::kWorker));
  }
  world_.RunTo(checker_, 9);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

// `workers` renew at holder 9 in each period of 30 s.
void RenewalPeriods(FakeWorld& world, CrowdingChecker& checker,
                    const std::vector<uint32_t>& workers) {
  for (size_t period = 0; period < workers.size(); ++period) {
    const auto begin = static_cast<int64_t>(period) * 30'000;
    for (uint32_t worker = 0; worker < workers[period]; ++worker) {
      world.Tell(checker, begin + 100 + worker, 9, HeldAtRoot(worker, core::Role::kWorker));
    }
    world.RunTo(checker, begin / 1000 + 30);
  }
}

TEST(CrowdingTest, AFewWorkersPass) {
  FakeWorld world(200);
  CrowdingChecker checker;
  RenewalPeriods(world, checker, {80, 80, 80, 80});
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
}

TEST(CrowdingTest, ACrowdThatStaysFails) {
  FakeWorld world(200);
  CrowdingChecker checker;
  RenewalPeriods(world, checker, {100, 100, 100, 99});
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->peer, core::PeerId{9});
  EXPECT_EQ(checker.first()->expected, "at most 80 worker records (88 renewals)");
}

TEST(CrowdingTest, AGrowingTopicIsNotSteadyAndASplittingCrowdIsNotStuck) {
  FakeWorld world(900);
  CrowdingChecker growing;
  RenewalPeriods(world, growing, {100, 150, 200, 300});
  EXPECT_EQ(growing.verdict(), Verdict::kVacuous);
  FakeWorld other(900);
  CrowdingChecker splitting;
  RenewalPeriods(other, splitting, {400, 300, 220, 150, 90});
  EXPECT_EQ(splitting.verdict(), Verdict::kPassed);
  EXPECT_GT(splitting.premises(), 0u);
}

// Holder 9 answers peer 2 about a key that shares its id's first five bits.
class AdaptationTest : public ::testing::Test {
 protected:
  void Answer(int64_t ms, bool crowded) {
    core::Answered answered;
    answered.key = core::Splice(world_.IdOf(2), kTopic, 5);
    answered.to = {2};
    answered.crowded = crowded;
    world_.Tell(checker_, ms, 9, answered);
  }

  void Step(int64_t ms, uint8_t from, uint8_t to, core::RespecifyCause cause) {
    core::Respecified step;
    step.topic = kTopic;
    step.from = from;
    step.to = to;
    step.cause = cause;
    world_.Tell(checker_, ms, 2, step);
  }

  FakeWorld world_{10};
  AdaptationChecker checker_;
};

TEST_F(AdaptationTest, NarrowingAfterACrowdAndWideningAfterAThinAnswerPass) {
  Answer(1000, true);
  Step(1100, 5, 6, core::RespecifyCause::kCrowd);
  Answer(40'000, false);
  Step(40'100, 5, 4, core::RespecifyCause::kThin);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
  EXPECT_EQ(checker_.premises(), 2u);
}

TEST_F(AdaptationTest, NarrowingWithoutACrowdFails) {
  Answer(1000, false);
  Step(1100, 5, 6, core::RespecifyCause::kCrowd);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->expected, "a crowd signal before");
}

TEST_F(AdaptationTest, ACrowdOfLongAgoIsNoReason) {
  Answer(1000, true);
  Step(60'000, 5, 6, core::RespecifyCause::kCrowd);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST_F(AdaptationTest, WideningAfterCrowdsOnlyFails) {
  Answer(1000, true);
  Step(1100, 5, 4, core::RespecifyCause::kThin);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST_F(AdaptationTest, TheStartAndStepsThatALiarMayHaveCausedAreNotJudged) {
  Step(900, 0, 5, core::RespecifyCause::kStart);
  world_.dishonest.insert(9);
  Answer(1000, false);
  Step(1100, 5, 6, core::RespecifyCause::kCrowd);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

TEST(CostTest, AFrugalMatchPassesAndAnUnsatisfiedOneIsNotJudged) {
  FakeWorld world(16);
  CostChecker checker;
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));
  core::MatchFinished ran_out = Finished(5000);
  ran_out.end = core::MatchEnd::kPatience;
  world.Tell(checker, 9000, 0, ran_out);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  world.Tell(checker, 10'000, 0, Started(core::Role::kWorker));
  world.Tell(checker, 11'000, 0, Finished(140));  // 60 + 20 * 4 = 140 are allowed.
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
}

TEST(CostTest, TheHoldersCountFindsAPeerThatRepeatsItself) {
  FakeWorld world(16);
  CostChecker checker;
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));
  core::Answered answered;
  answered.to = {0};
  for (int i = 0; i < 141; ++i) world.Tell(checker, 200 + i, 9, answered);
  world.Tell(checker, 1000, 0, Finished(12));
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->found, "12 by its own count, 141 answered by holders");
}

class BudgetTest : public ::testing::Test {
 protected:
  BudgetTest() {
    world_.plan.workload.emplace_back().command = core::WorkCommand{{"t", "a"}, 2, {}};
    world_.TellWorld(checker_, 0, Kind::kCommanded, 4, 0);
  }

  static core::TaskId Task(uint8_t number) {
    core::TaskId task;
    task.bytes[0] = number;
    return task;
  }

  void Accept(int64_t ms, uint8_t task) {
    world_.Tell(checker_, ms, 4, core::TaskAccepted{Task(task), {1}, 9, 9});
  }

  FakeWorld world_{10};
  BudgetChecker checker_;
};

TEST_F(BudgetTest, TasksWithinTheBudgetPass) {
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Accept(100, 1);
  Accept(200, 2);
  world_.Tell(checker_, 300, 4, core::TaskFinished{Task(1)});
  Accept(400, 3);
  world_.Tell(checker_, 450, 1, core::Matched{kTopic, Task(3), {4}});
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(BudgetTest, TheMatcherTellsWhatTheWorkerHides) {
  Accept(100, 1);
  Accept(200, 2);
  world_.Tell(checker_, 300, 1, core::Matched{kTopic, Task(3), {4}});
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->peer, core::PeerId{4});
  EXPECT_EQ(checker_.first()->found, "3, the last one by the word of matcher 1");
}

TEST_F(BudgetTest, ATaskAcceptedTwiceFailsEvenAfterItsEnd) {
  Accept(100, 1);
  world_.Tell(checker_, 300, 4, core::TaskFinished{Task(1)});
  Accept(400, 1);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST_F(BudgetTest, ACrashOrTheTaskDurationFreesTheBudget) {
  Accept(100, 1);
  Accept(200, 2);
  Accept(20'200, 3);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed) << "both may have ended in silence";
  world_.TellWorld(checker_, 21'000, Kind::kStopped, 4);
  world_.TellWorld(checker_, 22'000, Kind::kCommanded, 4, 0);
  Accept(22'100, 5);
  Accept(22'200, 6);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
  Accept(22'300, 7);
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST(PatienceTest, AMatchThatEndsInTimePasses) {
  FakeWorld world(4);
  PatienceChecker checker;
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));
  world.RunTo(checker, 10);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  world.Tell(checker, 10'100, 0, Finished(1));
  world.RunTo(checker, 60);
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
}

TEST(PatienceTest, AMatchThatNeverEndsFailsOnceAndCountsTheCommandsPatience) {
  FakeWorld world(4);
  core::MatchCommand command;
  command.patience = core::Seconds(2);
  world.plan.workload.emplace_back().command = command;
  PatienceChecker checker;
  world.TellWorld(checker, 100, Kind::kCommanded, 0, 0);
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));  // Claims ten seconds.
  world.RunTo(checker, 6);
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  world.RunTo(checker, 60);
  EXPECT_EQ(checker.violations(), 1u);
  EXPECT_EQ(checker.first()->at.us, 5'100'000);
}

TEST(PatienceTest, WhoStopsOrIsPausedOwesNothing) {
  FakeWorld world(4);
  PatienceChecker checker;
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));
  world.Tell(checker, 100, 1, Started(core::Role::kWorker));
  world.TellWorld(checker, 200, Kind::kStopped, 0);
  world.TellWorld(checker, 200, Kind::kPaused, 1);
  world.RunTo(checker, 60);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
}

TEST(CheckerTest, AnInterruptedRunLeavesUnknownOnlyWhatTheEndWouldHaveShown) {
  FakeWorld world(4);
  PatienceChecker checker;
  world.Tell(checker, 100, 0, Started(core::Role::kWorker));
  world.Tell(checker, 200, 0, Finished(1));
  checker.Interrupt();
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
}

TEST(CheckerTest, TheTableListsEveryCheckOnceWithItsStatement) {
  const std::vector<CheckInfo> table = CheckTable();
  EXPECT_EQ(table.size(), 12u + 22u + 5u + 9u + 10u);
  EXPECT_EQ(table.front().id, "MM-1");
  std::set<std::string_view> ids;
  for (const CheckInfo& info : table) {
    EXPECT_TRUE(ids.insert(info.id).second) << info.id;
    EXPECT_FALSE(info.statement.empty()) << info.id;
    EXPECT_FALSE(info.title.empty()) << info.id;
  }
}

TEST(AllowancesTest, TheClockErrorIsTwoPeersOffsetDriftAndAllJumps) {
  Scenario plan;
  Group group;
  group.clock = {core::Milliseconds(300), 100};
  plan.groups = {Group{}, group};
  Fault jump;
  jump.kind = Fault::Kind::kClockJump;
  jump.amount = core::Seconds(-5);
  plan.faults = {jump, Fault{}};
  const core::Duration error = ClockErrorMax(plan, WorldTime{9'000'000});
  EXPECT_EQ(error, core::Milliseconds(600) + core::Milliseconds(2) + core::Seconds(5));
  EXPECT_EQ(BitsOf(1), 0u);
  EXPECT_EQ(BitsOf(1024), 10u);
  EXPECT_EQ(BitsOf(1025), 11u);
}

}  // namespace
}  // namespace sim
