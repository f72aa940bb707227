#include "sim/workflow/commands.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/check.h"
#include "sim/observe/capsule.h"
#include "sim/observe/file_out.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

class CommandsTest : public CommandTest {
 protected:
  CommandsTest() {
    options_.scenario.file = SourcePath("tests/determinism/every_feature.json");
    options_.scenario.overrides = {{"duration", "20s"},
                                   {"phases", "{}"},
                                   {"faults", "[]"},
                                   {"reseed", "[]"},
                                   {"workload", "[]"}};
    options_.threads = 2;
    options_.out = folder_;
  }

  // Where a run without --out writes: below the working directory, which is the test's folder then.
  void RunInFolder() {
    const auto before = std::filesystem::current_path();
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
    options_.out = "";
    EXPECT_EQ(RunIt(), ExitCode::kPass) << error_.str();
    std::filesystem::current_path(before);
  }

  ExitCode RunIt() {
    Console console = MakeConsole();
    return sim::Run(options_, console);
  }

  ExitCode ReplayIt(Console& console) {
    ReplayOptions replay;
    replay.capsule = folder_ + "/capsule.json";
    replay.threads = 1;
    return Replay(replay, console);
  }

  static std::string LastLine(const std::string& text) {
    const size_t end = text.find_last_not_of('\n');
    return text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
  }

  RunOptions options_;
};

TEST_F(CommandsTest, ARunPrintsItsNameFirstAndItsFingerprintLast) {
  EXPECT_EQ(RunIt(), ExitCode::kPass) << error_.str();
  EXPECT_EQ(out_.str().rfind("every-feature  hash ", 0), 0u) << out_.str();
  const std::string last = LastLine(out_.str());
  ASSERT_EQ(last.size(), std::string("fingerprint ").size() + 32);
  EXPECT_EQ(last.rfind("fingerprint ", 0), 0u);
  for (const char* file : {"summary.json", "metrics.csv", "timeline.csv", "capsule.json"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/" + file)) << file;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/history.jsonl")) << "nobody called anything";
}

TEST(ScenarioSourceTest, ARunLineCanBePasted) {
  const ScenarioSource source{.file = "my files/it's.json",
                              .seed = 3,
                              .overrides = {{"duration", "20s"}, {"faults", "[]"}},
                              .plant = {"deaf", "island"}};
  EXPECT_EQ(ArgumentsOf(source, 7),
            R"('my files/it'\''s.json' --seed 7 --set duration=20s --set 'faults=[]' --plant deaf)"
            " --plant island");
}

TEST_F(CommandsTest, ACheckThatFailsLaterDoesNotNameTheRun) {
  ASSERT_EQ(RunIt(), ExitCode::kPass) << error_.str();
  EXPECT_DEATH(core::CheckFailed("later", "file", 1), testing::Not(testing::HasSubstr("repro")));
}

TEST_F(CommandsTest, AReplayGivesTheFingerprintOfItsCapsule) {
  ASSERT_EQ(RunIt(), ExitCode::kPass);
  const std::string first = LastLine(out_.str());
  std::ostringstream again;
  Console console{again, error_, "bin/orbsim", false, nullptr};
  EXPECT_EQ(ReplayIt(console), ExitCode::kPass) << error_.str();
  EXPECT_EQ(LastLine(again.str()), first);
}

TEST_F(CommandsTest, AReplayThatDiffersIsNondeterminismAndSaysWhere) {
  ASSERT_EQ(RunIt(), ExitCode::kPass);
  auto capsule = ReadCapsule(folder_ + "/capsule.json");
  ASSERT_TRUE(capsule.ok());
  ASSERT_GT(capsule->checkpoints.size(), 10u);
  capsule->fingerprint.low ^= 1;
  capsule->checkpoints[9].fingerprint.low ^= 1;
  ASSERT_TRUE(WriteCapsule(folder_ + "/capsule.json", *capsule).ok());
  Console console = MakeConsole();
  EXPECT_EQ(ReplayIt(console), ExitCode::kNondeterminism);
  EXPECT_NE(error_.str().find("t=00:00:10.000"), std::string::npos) << error_.str();
}

TEST_F(CommandsTest, ADamagedCapsuleIsRefused) {
  ASSERT_EQ(RunIt(), ExitCode::kPass);
  auto text = ReadFileWhole(folder_ + "/capsule.json");
  ASSERT_TRUE(text.ok());
  ASSERT_TRUE(WriteFileWhole(folder_ + "/capsule.json", text->substr(0, text->size() / 2)).ok());
  Console console = MakeConsole();
  EXPECT_EQ(ReplayIt(console), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("capsule.json"), std::string::npos);
}

TEST_F(CommandsTest, AFileOfAnotherKindIsCalledByItsName) {
  options_.trace = "decisions";
  ASSERT_EQ(RunIt(), ExitCode::kPass) << error_.str();
  const auto error_of = [&](const std::string& command, const std::string& file) {
    error_.str("");
    Console console = MakeConsole();
    if (command == "replay") {
      ReplayOptions replay;
      replay.capsule = file;
      EXPECT_EQ(Replay(replay, console), ExitCode::kBadInput);
    } else {
      EXPECT_EQ(Check({file}, console), ExitCode::kBadInput);
    }
    return error_.str();
  };
  const std::string scenario = options_.scenario.file;
  EXPECT_EQ(error_of("replay", scenario),
            scenario +
                ": not a capsule: found a scenario, allowed a capsule; orbsim run takes "
                "scenarios\n");
  const std::string capsule = folder_ + "/capsule.json";
  EXPECT_EQ(error_of("check", capsule), capsule +
                                            ": not a scenario: found a capsule, allowed a "
                                            "scenario; orbsim replay takes capsules\n");
  const std::string summary = folder_ + "/summary.json";
  EXPECT_EQ(error_of("replay", summary),
            summary + ": not a capsule: found a summary, allowed a capsule\n");
  const std::string trace = folder_ + "/trace.jsonl";
  EXPECT_EQ(error_of("check", trace),
            trace + ": not a scenario: found a trace, allowed a scenario\n");
}

TEST_F(CommandsTest, AnInterruptedRunLeavesAValidPartialSummary) {
  const std::atomic<bool> stop{true};
  stop_ = &stop;
  EXPECT_EQ(RunIt(), ExitCode::kUnfinished);
  const auto summary = ReadFileWhole(folder_ + "/summary.json");
  ASSERT_TRUE(summary.ok());
  EXPECT_NE(summary->find("\"interrupted\": true"), std::string::npos) << summary->substr(0, 400);
  EXPECT_TRUE(ReadCapsule(folder_ + "/capsule.json").ok());
}

TEST_F(CommandsTest, BadInputExitsWithOneAndWritesNothing) {
  options_.scenario.overrides.emplace_back("network.lost", "1%");
  EXPECT_EQ(RunIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("did you mean \"loss\"?"), std::string::npos) << error_.str();
  EXPECT_FALSE(std::filesystem::exists(folder_));
  options_.scenario.file = SourcePath("no/such/file.json");
  EXPECT_EQ(RunIt(), ExitCode::kBadInput);
}

TEST_F(CommandsTest, APlantedRunHasAFolderOfItsOwn) {
  RunInFolder();
  options_.scenario.plant = {"chatty", "over-budget"};
  options_.trace = "decisions";
  out_.str("");
  RunInFolder();
  const std::string planted = "results/every-feature+chatty+over-budget/0x7/";
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/results/every-feature/0x7/capsule.json"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/" + planted + "capsule.json"));
  EXPECT_NE(out_.str().find(planted + "{summary.json,metrics.csv,timeline.csv,capsule.json,"
                                      "trace.jsonl}\n"),
            std::string::npos)
      << out_.str();
}

TEST_F(CommandsTest, AnUnknownBugIsAnErrorOfThatOption) {
  options_.scenario.plant = {"over-budgets"};
  EXPECT_EQ(RunIt(), ExitCode::kBadInput);
  const std::string error = error_.str();
  EXPECT_TRUE(error.starts_with("--plant:1:1: plant[0]: found the unknown bug \"over-budgets\""))
      << error;
  EXPECT_TRUE(error.ends_with("did you mean \"over-budget\"?\n")) << error;
}

TEST_F(CommandsTest, AFolderThatCannotBeWrittenIsAClearError) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ + "/file") << "in the way";
  options_.out = folder_ + "/file/results";
  EXPECT_EQ(RunIt(), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("/file"), std::string::npos) << error_.str();
}

TEST_F(CommandsTest, DeterminismComparesHostileVariations) {
  Console console = MakeConsole();
  EXPECT_EQ(
      Determinism(
          {.file = options_.scenario.file, .seed = 5, .overrides = options_.scenario.overrides},
          console),
      ExitCode::kPass)
      << error_.str();
  EXPECT_NE(out_.str().find("run 2  threads 5  shards 7"), std::string::npos) << out_.str();
}

TEST_F(CommandsTest, ListNamesEveryTable) {
  Console console = MakeConsole();
  EXPECT_EQ(List("", console), ExitCode::kPass);
  for (const char* name :
       {"MM-1", "RT-3", "partition", "regions", "match.time", "lying_holder", "stale-records"}) {
    EXPECT_NE(out_.str().find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace sim
