#include "sim/workflow/builds/builds.h"

#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workflow/commands.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kOrbsim[] = ORBWEAVER_BUILD_DIR "/bin/orbsim";

class BuildsTest : public testing::Test {
 protected:
  BuildsTest()
      : folder_(testing::TempDir() + "orbsim_builds_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  ~BuildsTest() override { std::filesystem::remove_all(folder_); }

  // Returns the capsule.
  std::string RunInto(const std::string& name, const std::vector<std::string>& plant = {}) {
    std::ostringstream out;
    Console console{out, error_, "bin/orbsim", false, nullptr};
    RunOptions options;
    options.scenario = {.file = SourcePath("tests/sim/world/planted_block_bugs.json"),
                        .plant = plant};
    options.until = "9s";
    options.out = folder_ + "/" + name;
    options.threads = 1;
    (void)sim::Run(options, console);
    return options.out + "/capsule.json";
  }

  // A program that does what the shell makes of `command`.
  std::string Program(const std::string& command) {
    const std::string path = folder_ + "/program";
    std::ofstream(path) << "#!/bin/sh\n" << command << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  // An orbsim in which the bug is planted, whatever the capsule says.
  std::string OrbsimWith(const std::string& capsule) {
    return Program(std::string("command=$1; shift 2; exec ") + kOrbsim + " $command " + capsule +
                   " \"$@\"");
  }

  std::string Told(const DiffOptions& options, ExitCode expected) {
    std::ostringstream out;
    error_.str("");
    Console console{out, error_, "bin/orbsim", false, nullptr};
    EXPECT_EQ(Diff(options, console), expected) << error_.str();
    return out.str();
  }

  std::string Complaint(const std::string& capsule, const std::string& program,
                        ExitCode expected = ExitCode::kBadInput) {
    Told({.a = capsule, .with = program}, expected);
    return error_.str();
  }

  std::string folder_;
  std::ostringstream error_;
};

TEST_F(BuildsTest, TheSameBuildAgrees) {
  EXPECT_THAT(Told({.a = RunInto("a"), .with = kOrbsim}, ExitCode::kPass),
              HasSubstr("the same: every event agrees up to the end at 00:00:09.000"));
}

TEST_F(BuildsTest, AnotherBuildPartsWhereTwoRunsWouldPart) {
  const std::string a = RunInto("a");
  const std::string b = RunInto("b", {"hasty-coordinator"});
  const std::string by_builds = Told({.a = a, .with = OrbsimWith(b)}, ExitCode::kNondeterminism);
  const std::string by_runs = Told({.a = a, .b = b}, ExitCode::kNondeterminism);
  EXPECT_THAT(by_builds, HasSubstr("the runs part at 00:00:0"));
  EXPECT_EQ(by_builds.substr(by_builds.find("the runs part")),
            by_runs.substr(by_runs.find("the runs part")));
}

TEST_F(BuildsTest, WhatIsNoSuchBuildIsNamed) {
  const std::string a = RunInto("a");
  EXPECT_THAT(Complaint(a, folder_ + "/none"), HasSubstr("/none: cannot be run: No such file"));
  EXPECT_THAT(Complaint(a, a), HasSubstr("cannot be run: Permission denied"));
  EXPECT_THAT(Complaint(a, Program("exit 1")), HasSubstr("told nothing (exit code 1)"));
  EXPECT_THAT(Complaint(a, Program("echo usage")), HasSubstr("is no \"orbweaver told run\""));
  EXPECT_THAT(Complaint(a, Program(R"(echo '{"format":"orbweaver told run","version":7}')")),
              HasSubstr("found version 7 of \"orbweaver told run\", allowed 1"));
  const std::string first = R"(echo '{"format":"orbweaver told run","version":1}'; )";
  EXPECT_THAT(Complaint(a, Program(first + "exit 5"), ExitCode::kInternal),
              HasSubstr("ended before the end of the run (exit code 5)"));
  EXPECT_THAT(Complaint(a, Program(first + "echo '{\"t\":7}'"), ExitCode::kInternal),
              HasSubstr("found the line {\"t\":7}"));
  Told({.a = a, .b = a, .with = kOrbsim}, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("found --with and a second run"));
}

// A run that somebody else has told.
class Retold : public ToldRun {
 public:
  explicit Retold(std::deque<ToldItem> items) : items_(std::move(items)) {}

  core::StatusOr<std::optional<ToldItem>> Next() override {
    if (items_.empty()) return std::optional<ToldItem>();
    std::optional<ToldItem> item = items_.front();
    items_.pop_front();
    return item;
  }

 private:
  std::deque<ToldItem> items_;
};

TEST_F(BuildsTest, TheFirstDifferenceComesWithWhatWasBefore) {
  const auto item = [](int64_t at, const std::string& text) {
    return ToldItem{WorldTime{at}, text};
  };
  Retold a({item(1, "a"), item(2, "b"), item(3, "c"), item(4, "d"), item(5, "e")});
  Retold b({item(1, "a"), item(2, "b"), item(3, "c"), item(4, "d"), item(6, "f"), item(7, "g")});
  const auto parting = FirstDifferenceOf(a, b);
  ASSERT_TRUE(parting.ok() && parting->has_value());
  EXPECT_THAT((*parting)->before, ElementsAre("b\n", "c\n", "d\n"));
  EXPECT_EQ((*parting)->lines[0], "e\n");
  EXPECT_EQ((*parting)->lines[1], "f\n");
  EXPECT_EQ((*parting)->at, WorldTime{5});
  Retold longer({item(1, "a"), item(2, "b")});
  Retold shorter({item(1, "a")});
  const auto end = FirstDifferenceOf(longer, shorter);
  ASSERT_TRUE(end.ok() && end->has_value());
  EXPECT_EQ((*end)->lines[1], "");
}

}  // namespace
}  // namespace sim
