#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include "sim/network/swarm.h"
#include "sim/observe/state_text.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/travel/event_list.h"
#include "sim/workflow/travel/state_at.h"
#include "sim/workflow/travel/timeline.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TravelTest : public testing::Test {
 protected:
  TravelTest()
      : folder_(testing::TempDir() + "orbsim_travel_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
  }

  ~TravelTest() override { std::filesystem::remove_all(folder_); }

  // Returns the capsule.
  std::string RunInto(const std::vector<std::string>& plant = {},
                      const std::string& until = "12s") {
    std::ostringstream out;
    Console console{out, error_, "bin/orbsim", false, nullptr};
    RunOptions options;
    options.scenario = {.file = SourcePath("tests/sim/world/planted_block_bugs.json"),
                        .plant = plant};
    options.until = until;
    options.out = folder_;
    options.threads = 1;
    (void)sim::Run(options, console);
    return folder_ + "/capsule.json";
  }

  std::string Told(const std::string& capsule, const std::string& commands,
                   ExitCode expected = ExitCode::kPass) {
    std::ostringstream out;
    std::istringstream in(commands);
    error_.str("");
    Console console{out, error_, "bin/orbsim", false, nullptr};
    EXPECT_EQ(Travel({.capsule = capsule}, in, console), expected) << error_.str();
    return out.str();
  }

  std::string folder_;
  std::ostringstream error_;
};

// What one told between two marks of `peer none`, which tells nothing.
std::string After(const std::string& text, const std::string& mark) {
  const size_t at = text.find(mark);
  return at == std::string::npos ? "" : text.substr(at + mark.size());
}

TEST_F(TravelTest, GoingBackLeadsToWhatWasThere) {
  const std::string capsule = RunInto();
  const std::string straight = Told(capsule, "go 6.5s\npeer 3\nstate\nevents 5\n");
  const std::string round_about =
      Told(capsule, "go 11s\ngo 2s\ngo 9s\npeer 3\nback 40\nstep 7\ngo 6.5s\nstate\nevents 5\n");
  EXPECT_THAT(round_about, HasSubstr("at 6.500000s peer 3\n"));
  EXPECT_EQ(After(round_about, "at 6.500000s peer 3\n"), After(straight, "at 6.500000s\n"));
  EXPECT_THAT(straight, HasSubstr("\npeer 3: up yes, starts so far 1, group members"));
}

TEST_F(TravelTest, TheStateAtAnInstantIsThatOfARunThatNobodyEnters) {
  const std::string capsule = RunInto();
  std::ostringstream out;
  Console console{out, error_, "bin/orbsim", false, nullptr};
  ASSERT_EQ(Replay({.capsule = capsule, .until = "6500ms", .peer = 3, .state = true}, console),
            ExitCode::kPass);
  EXPECT_EQ(After(out.str(), "at 00:00:06.500\n"),
            After(Told(capsule, "go 6.5s\nstate 3\n"), "at 6.500000s\n"));
}

TEST_F(TravelTest, StepsForwardAreTheStepsBack) {
  const std::string capsule = RunInto();
  const std::string there = Told(capsule, "go 5s\npeer 2\nstep 6\nstate\n");
  const std::string and_back = Told(capsule, "go 5s\npeer 2\nstep 9\nback 3\nstate\n");
  EXPECT_EQ(After(there, "peer 2: up"), After(and_back, "peer 2: up"));
  EXPECT_NE(After(there, "peer 2: up"), "");
  // One at a time is the same as all at once.
  const std::string singly =
      Told(capsule, "go 5s\npeer 2\nstep\nstep\nstep 2\nstep\nstep\nstate\n");
  EXPECT_EQ(singly, there);
  EXPECT_THAT(Told(capsule, "peer 2\nstep 2\nback 2\n"), HasSubstr("before the first event"));
}

TEST_F(TravelTest, AStepOfOneInstantIsOneEvent) {
  // Whatever comes together is told apart, and a state lies between any two.
  Session session(LoadOrFail("tests/sim/world/planted_block_bugs.json"), ShortRun(12, 1));
  ASSERT_TRUE(session.Open().ok());
  EventList all(
      session, {core::kNoPeer, BeginOf(WorldTime{0}), EndOf(WorldTime{3'500'000}), 100'000, false});
  ASSERT_TRUE(all.Run([] { return true; }).ok());
  size_t together = 0;
  for (size_t i = 1; i < all.events().size(); ++i) {
    const EventKey& a = all.events()[i - 1].key;
    const EventKey& b = all.events()[i].key;
    EXPECT_LT(a, b);
    if (a.at == b.at && a.peer == b.peer) ++together;
  }
  EXPECT_GT(together, 0u) << "no instant has two events of one peer: the test proves nothing";
}

TEST_F(TravelTest, GoesToTheInstantInWhichACheckFails) {
  const std::string capsule = RunInto({"reused-ids"});
  const std::string text = Told(capsule, "until BR-8\nchecks\nstate\nback\nuntil BR-8\n");
  EXPECT_THAT(text, StartsWith("violated BR-8 "));
  const std::string found = After(text, "\nat ");
  const std::string at = found.substr(0, found.find(' '));
  EXPECT_THAT(text, HasSubstr("1 violated by " + at + "\n"));
  // Just before it nothing is violated, just behind it it is.
  EXPECT_THAT(Told(capsule, "go " + at + "\nuntil BR-8\n"),
              HasSubstr("that is behind us: go " + at));
  EXPECT_THAT(
      Told(capsule, "go " + std::to_string(std::stoll(at.substr(0, at.find('.')))) + "s\nchecks\n"),
      HasSubstr("0 violated by"));
  EXPECT_THAT(Told(capsule, "until BR-1\n"), HasSubstr("BR-1 holds up to the end of the run"));
}

TEST_F(TravelTest, ABranchWithAnotherFaultPartsWhereTheFaultBegins) {
  const std::string text =
      Told(RunInto(),
           "go 8s\nfault add {\"at\": \"7s\", \"do\": \"crash\", \"who\": \"members[4]\"}\n"
           "faults\nbranch\nstate 4\ntrunk\nstate 4\ndiff\n");
  EXPECT_THAT(text, HasSubstr("\"do\":\"crash\""));
  EXPECT_THAT(text, HasSubstr("at branch 8.000000s\npeer 4: up no"));
  EXPECT_THAT(text, HasSubstr("at 8.000000s\npeer 4: up yes"));
  EXPECT_THAT(text, HasSubstr("the runs part at 00:00:07.0"));
  EXPECT_THAT(text, HasSubstr("branch  "));
}

TEST_F(TravelTest, MistakesSayWhatIsAllowedAndEndAScript) {
  const std::string capsule = RunInto({}, "4s");
  const auto complaint = [&](const std::string& commands) {
    Told(capsule, commands, ExitCode::kBadInput);
    return error_.str();
  };
  EXPECT_THAT(complaint("\n# a comment\nfly\n"),
              HasSubstr("travel: line 3: found \"fly\", allowed one of those that `help` lists"));
  EXPECT_THAT(complaint("go 5s\n"), HasSubstr("go: found \"5s\", allowed an instant of the run, 0s "
                                              "to 4.000000s"));
  EXPECT_THAT(complaint("peer 16\n"), HasSubstr("peer: found \"16\", allowed a peer, 0 to 15"));
  EXPECT_THAT(complaint("state\n"), HasSubstr("state: found no peer"));
  EXPECT_THAT(complaint("step 0\n"), HasSubstr("step: found \"0\", allowed a number from 1"));
  EXPECT_THAT(complaint("until XX-1\n"), HasSubstr("until: found no check \"XX-1\""));
  EXPECT_THAT(complaint("fault remove 99\n"), HasSubstr("fault: found \"99\", allowed the number"));
  EXPECT_THAT(complaint("fault add {\"at\": \"1s\", \"do\": \"explode\"}\n"), HasSubstr("explode"));
  EXPECT_THAT(complaint("set network.loss=many\n"), HasSubstr("many"));
  EXPECT_THAT(complaint("branch\n"), HasSubstr("branch: found no edit"));
  EXPECT_THAT(complaint("diff\n"), HasSubstr("diff: found no branch"));
  Told(folder_ + "/none.json", "quit\n", ExitCode::kBadInput);
}

TEST_F(TravelTest, AWayLeavesCheckpointsBehindIt) {
  // Windows of 20 ms, which no grid meets.
  const std::string text = Told(SourcePath("results/U4.capsule.json"), "go 14s\ncheckpoints\n");
  const std::string places = After(text, "at 14.000000s\n");
  EXPECT_GT(std::count(places.begin(), places.end(), '.'), 20) << text;
  EXPECT_THAT(places, HasSubstr(" 13."));
}

TEST_F(TravelTest, CheckpointsStayWithinTheirBoundAndNothingIsLeftBehind) {
  auto scenario = std::make_shared<const Scenario>(
      WithDrawnFaults(LoadOrFail("tests/sim/world/planted_block_bugs.json")));
  // As in the command: whoever outlives a checkpoint that it was forked from comes to us.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<pid_t> processes;
  {
    const auto timeline =
        Timeline::Begin({scenario, WorldTime{30'000'000}}, {.checkpoints = 5}, nullptr);
    ASSERT_TRUE(timeline.ok()) << core::MessageOf(timeline.status());
    for (const int64_t second : {25, 4, 18, 9, 29, 1}) {
      ASSERT_TRUE((*timeline)->MoveTo(WorldTime{second * 1'000'000}).ok());
      EXPECT_THAT((*timeline)->CheckpointsText(), StartsWith("0.000000s "));
    }
    EXPECT_THAT((*timeline)->CheckpointsText(), HasSubstr("\n5 checkpoints, "));
    processes = (*timeline)->processes();
    EXPECT_GT(processes.size(), 10u);
    EXPECT_EQ(kill(processes.front(), 0), 0);
  }
  for (const pid_t process : processes) EXPECT_NE(kill(process, 0), 0) << process;
}

}  // namespace
}  // namespace sim
