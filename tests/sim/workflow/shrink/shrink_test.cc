// orbsim shrink: the same check goes on failing, the outcome does not depend on the number of jobs, and bad input is named.
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/observe/capsule.h"
#include "sim/observe/file_out.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

class ShrinkTest : public CommandTest {
 protected:
  ShrinkTest() {
    std::filesystem::create_directories(folder_);
    options_.capsule = folder_ + "/capsule.json";
    options_.jobs = 2;
    options_.seeds = 2;
  }

  // A run of a scenario, as its capsule.
  void Write(const std::string& scenario, const Overrides& overrides) {
    Session session(LoadOrFail(scenario, overrides), {});
    RunQuietly(session);
    ASSERT_TRUE(WriteCapsule(options_.capsule, session.MakeCapsule()).ok());
  }

  // Two writes at one revision, among six peers.
  void WriteFailing() {
    Write("scenarios/reservation_outlives_patience.json", {{"profile", "upstream"}});
  }

  ExitCode ShrinkIt() {
    out_.str("");
    error_.str("");
    Console console = MakeConsole();
    return Shrink(options_, console);
  }

  ShrinkOptions options_;
};

TEST_F(ShrinkTest, TheSameCheckGoesOnFailingInLess) {
  WriteFailing();
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  const auto before = ReadCapsule(options_.capsule);
  const auto after = ReadCapsule(folder_ + "/capsule.shrunk.json");
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(after->failed->check, before->failed->check);
  const auto scenario = ScenarioOf(*after);
  ASSERT_TRUE(scenario.ok());
  EXPECT_LE(scenario->PeerCount(), 6u);
  EXPECT_LT(scenario->duration, core::Seconds(30));
  // It is a capsule like any other.
  std::ostringstream again;
  Console console{again, error_, "orbsim", false, nullptr};
  ReplayOptions replay;
  replay.capsule = folder_ + "/capsule.shrunk.json";
  EXPECT_EQ(Replay(replay, console), ExitCode::kSafety) << error_.str();
  EXPECT_NE(again.str().find("FAIL    " + before->failed->check), std::string::npos) << again.str();
  EXPECT_NE(out_.str().find("  repro    bin/orbsim replay " + folder_ + "/capsule.shrunk.json\n"),
            std::string::npos)
      << out_.str();
}

TEST_F(ShrinkTest, TheNumberOfJobsChangesNothing) {
  WriteFailing();
  options_.jobs = 1;
  options_.out = folder_ + "/one.json";
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  options_.jobs = 5;
  options_.out = folder_ + "/five.json";
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  EXPECT_EQ(File("one.json"), File("five.json"));
  EXPECT_EQ(File("one.txt"), File("five.txt"));
  EXPECT_NE(File("one.txt").find("\nto        peers "), std::string::npos) << File("one.txt");
}

TEST_F(ShrinkTest, WhatIsSmallStaysAsItIs) {
  WriteFailing();
  ASSERT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  options_.capsule = folder_ + "/capsule.shrunk.json";
  options_.out = folder_ + "/again.json";
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  EXPECT_EQ(File("again.json"), File("capsule.shrunk.json"));
}

TEST_F(ShrinkTest, AnotherCheckCanBeNamed) {
  WriteFailing();
  options_.check = "TX-3";
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  EXPECT_EQ(ReadCapsule(folder_ + "/capsule.shrunk.json")->failed->check, "TX-3");
  options_.force = true;
  options_.check = "TX-33";
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(),
            "--check: found the unknown check \"TX-33\", allowed a name of `orbsim list checks`, "
            "did you mean \"TX-3\"?\n");
  options_.check = "MM-8";
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("expected a run that violates MM-8, found none"), std::string::npos)
      << error_.str();
}

TEST_F(ShrinkTest, ACapsuleOfARunThatPassedIsRefused) {
  Write("scenarios/reservation_outlives_patience.json", {});
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("capsule.json: failed: found no check"), std::string::npos)
      << error_.str();
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/capsule.shrunk.json"));
}

TEST_F(ShrinkTest, FilesThatAreThereAreReplacedOnlyByForce) {
  WriteFailing();
  const std::string log = folder_ + "/capsule.shrunk.txt";
  ASSERT_TRUE(WriteFileWhole(log, "mine").ok());
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), log + ": is there already; --force replaces it\n");
  EXPECT_EQ(File("capsule.shrunk.txt"), "mine");
  options_.force = true;
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
  EXPECT_NE(File("capsule.shrunk.txt"), "mine");
  options_.out = options_.capsule;
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), "--out: found the capsule itself, allowed another file\n");
}

TEST_F(ShrinkTest, ACapsuleOfAnotherBuildIsTakenOnlyIfAskedTo) {
  WriteFailing();
  auto capsule = ReadCapsule(options_.capsule);
  ASSERT_TRUE(capsule.ok());
  capsule->build = "another";
  ASSERT_TRUE(WriteCapsule(options_.capsule, *capsule).ok());
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("capsule.json: build: found another, allowed this one, "),
            std::string::npos)
      << error_.str();
  options_.anyway = true;
  EXPECT_EQ(ShrinkIt(), ExitCode::kPass) << error_.str();
}

TEST_F(ShrinkTest, DamagedAndForeignFilesAreNamed) {
  WriteFailing();
  const std::string text = File("capsule.json");
  ASSERT_TRUE(WriteFileWhole(options_.capsule, text.substr(0, text.size() / 2)).ok());
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("capsule.json"), std::string::npos) << error_.str();
  options_.capsule = SourcePath("scenarios/two_writers.json");
  options_.out = folder_ + "/out.json";
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("not a capsule: found a scenario"), std::string::npos)
      << error_.str();
  options_.capsule = folder_ + "/none.json";
  EXPECT_EQ(ShrinkIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("none.json"), std::string::npos) << error_.str();
}

TEST_F(ShrinkTest, WhoStopsItGetsWhatThereIs) {
  WriteFailing();
  std::atomic<bool> stop{false};

  // Stops at the first line about a step.
  struct StopAtStep : std::stringbuf {
    explicit StopAtStep(std::atomic<bool>& flag) : flag_(flag) {}

    int sync() override {
      if (str().find("tried") != std::string::npos) flag_ = true;
      return std::stringbuf::sync();
    }

    std::atomic<bool>& flag_;
  } buffer(stop);

  std::ostream out(&buffer);
  Console console{out, error_, "orbsim", false, &stop};
  EXPECT_EQ(Shrink(options_, console), ExitCode::kUnfinished) << error_.str();
  EXPECT_NE(File("capsule.shrunk.txt").find("interrupted, more can go"), std::string::npos);
  EXPECT_EQ(ReadCapsule(folder_ + "/capsule.shrunk.json")->failed->check,
            ReadCapsule(options_.capsule)->failed->check);
}

}  // namespace
}  // namespace sim
