// A sweep runs every seed once, goes on where it was, never mixes builds or scenarios, and names the seeds that fail.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/sweep/cell_runs.h"
#include "sim/workflow/sweep/ledger.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

class SweepTest : public CommandTest {
 protected:
  ExitCode Sweep(uint64_t first, uint64_t seeds, const Overrides& overrides = {}) {
    out_.str("");
    error_.str("");
    Console console = MakeConsole();
    SweepOptions options;
    options.scenario.file = SourcePath("scenarios/two_writers.json");
    options.scenario.overrides = overrides;
    options.seeds = std::to_string(first) + ".." + std::to_string(first + seeds - 1);
    options.threads = 2;
    options.out = folder_;
    return sim::Sweep(options, console);
  }

  [[nodiscard]] std::string Ledger() const { return folder_ + "/runs.jsonl"; }

  [[nodiscard]] std::map<SweepCell, SweepRun> Runs() const {
    auto ledger =
        SweepLedger::Open(folder_, HeaderOf(LoadOrFail("scenarios/two_writers.json"), {}, true));
    EXPECT_TRUE(ledger.ok()) << core::MessageOf(ledger.status());
    return ledger.ok() ? ledger->runs() : std::map<SweepCell, SweepRun>{};
  }

  // A line of the ledger: the run with this seed broke this check.
  static std::string Broken(uint64_t seed, const std::string& check) {
    return R"({"exit":3,"failed":[")" + check +
           R"("],"faults":[],"fingerprint":"x","metrics":{},"probes":[],)" + R"("seed":)" +
           std::to_string(seed) + R"(,"set":{},"signature":")" + check +
           R"(: a fork","vacuous":[]})" + "\n";
  }

  void Append(const std::string& text) const { std::ofstream(Ledger(), std::ios::app) << text; }
};

TEST_F(SweepTest, RunsEverySeedOnceAndSaysHowTheyEnded) {
  EXPECT_EQ(Sweep(3, 5), ExitCode::kPass);
  EXPECT_NE(out_.str().find("       5  pass\n       5  of 5 runs\n"), std::string::npos)
      << out_.str();
  const auto runs = Runs();
  ASSERT_EQ(runs.size(), 5u);
  EXPECT_EQ(runs.begin()->first.seed, 3u);
  // Each is the run that `orbsim run --seed` makes.
  Session session(LoadOrFail("scenarios/two_writers.json", {{"seed", "4"}}), {});
  RunQuietly(session);
  EXPECT_EQ(runs.at({4, {}}).fingerprint, core::ToHex(session.result().fingerprint));
}

TEST_F(SweepTest, GoesOnWhereItWas) {
  EXPECT_EQ(Sweep(1, 3), ExitCode::kPass);
  Append("{\"exit\":0,\"failed\":[],\"fing");  // Torn off by an interruption.
  EXPECT_EQ(Sweep(1, 6), ExitCode::kPass);
  EXPECT_NE(out_.str().find("3 are done"), std::string::npos) << out_.str();
  EXPECT_EQ(Runs().size(), 6u);
  // A seed that stands there is not run again: this one claims to have failed.
  Append(Broken(7, "BR-2"));
  EXPECT_EQ(Sweep(1, 8), ExitCode::kSafety);
  EXPECT_NE(out_.str().find("       1  exit 3 BR-2: a fork\n  repro   bin/orbsim run "),
            std::string::npos)
      << out_.str();
  EXPECT_NE(out_.str().find("two_writers.json --seed 7\n"), std::string::npos) << out_.str();
  EXPECT_EQ(Sweep(1, 6), ExitCode::kPass);  // Asks for other seeds.
}

TEST_F(SweepTest, NeverMixesScenarios) {
  EXPECT_EQ(Sweep(1, 1), ExitCode::kPass);
  EXPECT_EQ(Sweep(1, 2, {{"duration", "170s"}}), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("runs.jsonl:1: found runs of {"), std::string::npos) << error_.str();
  EXPECT_NE(error_.str().find("name another --out"), std::string::npos) << error_.str();
  EXPECT_EQ(Runs().size(), 1u);
}

TEST_F(SweepTest, SaysWhatIsWrongWithALedger) {
  ASSERT_TRUE(MakeFolder(folder_).ok());
  const std::string place = Ledger() + ":";
  Append("nothing\n");
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), place + "1: found no JSON object, allowed one on each line\n");
  std::filesystem::remove(Ledger());
  Append(Broken(7, "BR-2"));
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), place + "1: found no header, allowed a ledger of orbsim sweep\n");
  std::filesystem::remove(Ledger());
  EXPECT_EQ(Sweep(1, 1), ExitCode::kPass);
  Append("{\"seed\":7}\n");
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  const std::string no_run =
      place + "3: found no run of this sweep, allowed a ledger of orbsim sweep\n";
  EXPECT_EQ(error_.str(), no_run);
  std::filesystem::remove(Ledger());
  EXPECT_EQ(Sweep(1, 1), ExitCode::kPass);
  Append(R"({"chain":5,)" + Broken(7, "BR-2").substr(1));
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), no_run);
}

// Reads a ledger in which the header's version is another one, or there is none.
TEST_F(SweepTest, ALedgerOfAnotherVersionIsNeverGoneOnWith) {
  EXPECT_EQ(Sweep(1, 2), ExitCode::kPass);
  const std::string whole = *ReadFileWhole(Ledger());
  const auto with = [&](const std::string& found, const std::string& by) {
    std::string text = whole;
    text.replace(text.find(found), found.size(), by);
    std::ofstream(Ledger(), std::ios::trunc) << text;
    return Sweep(1, 2);
  };
  const std::string refused = Ledger() + ":1: found ";
  EXPECT_EQ(with("\"version\":2", "\"version\":3"), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), refused + "version 3, allowed versions 1 to 2\n");
  EXPECT_EQ(with("\"version\":2", "\"version\":\"2\""), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), refused +
                              "no number as version, or no flag as chains, allowed a ledger "
                              "of orbsim sweep\n");
  EXPECT_EQ(with("\"chains\":true", "\"chains\":false"), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("\"chains\":false"), std::string::npos) << error_.str();
  // As it was written before there were versions.
  EXPECT_EQ(with(",\"version\":2", ""), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("\"version\":1}, allowed those of {"), std::string::npos);
  const auto read = ReadLedger(Ledger());
  ASSERT_TRUE(read.ok()) << core::MessageOf(read.status());
  EXPECT_EQ(read->header->version, 1);
  EXPECT_EQ(read->runs.size(), 2u);
}

TEST_F(SweepTest, AScenarioFileThatIsEditedMeanwhileChangesNoRun) {
  ASSERT_TRUE(MakeFolder(folder_).ok());
  const std::string file = folder_ + "/scenario.json";
  std::filesystem::copy_file(SourcePath("scenarios/two_writers.json"), file);
  const CellSpace space{ReadOnce({.file = file}), {}};
  const auto scenario = Load(space.source);
  ASSERT_TRUE(scenario.ok()) << core::MessageOf(scenario.status());
  auto ledger = SweepLedger::Open(folder_, HeaderOf(*scenario, {}, true));
  ASSERT_TRUE(ledger.ok());
  std::ofstream(file, std::ios::trunc) << "{}";
  Console console = MakeConsole();
  const core::Status made = CellRuns(space, *ledger, console).Make({{1, {}}}, 1);
  ASSERT_TRUE(made.ok()) << core::MessageOf(made);
  EXPECT_FALSE(Load({.file = file}).ok()) << "the file is another one by now";
  EXPECT_EQ(ledger->runs().at({1, {}}).exit, ExitCode::kPass);
}

TEST_F(SweepTest, FailFastEndsWithTheFirstFailure) {
  Console console{out_, error_, "orbsim", false, nullptr};
  SweepOptions options;
  options.scenario.file = SourcePath("scenarios/pend_commit_interleave.json");
  options.scenario.overrides = {{"profile", "upstream"}};
  options.seeds = "50";
  options.threads = 1;
  options.fail_fast = true;
  options.out = folder_;
  EXPECT_EQ(sim::Sweep(options, console), ExitCode::kSafety);
  EXPECT_NE(out_.str().find("       1  of 50 runs\n"), std::string::npos) << out_.str();
}

class GridTest : public SweepTest {
 protected:
  ExitCode SweepGrid(const std::string& shard, const std::string& out) {
    out_.str("");
    error_.str("");
    Console console{out_, error_, "orbsim", false, nullptr};
    SweepOptions options;
    options.scenario.file = SourcePath("scenarios/pend_commit_interleave.json");
    options.seeds = "3";
    options.vary = {"profile=strict,upstream"};
    options.metrics = {"write.success"};
    options.shard = shard;
    options.threads = 2;
    options.out = out;
    return sim::Sweep(options, console);
  }

  static std::string Text(const std::string& path) { return ReadFileWhole(path).value_or(""); }
};

TEST_F(GridTest, RunsEverySeedAtEveryPointAndGroupsFailures) {
  EXPECT_EQ(SweepGrid("1/1", folder_), ExitCode::kSafety);
  const std::string text = out_.str();
  EXPECT_NE(text.find("       6  of 6 runs\n"), std::string::npos) << text;
  EXPECT_NE(text.find("profile   runs  passed  calls.committed  write.success\nstrict    3     3"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("--seed 1 --set profile=upstream\n"), std::string::npos) << text;
  EXPECT_NE(text.find("exit 3 TX-3: an approval"), std::string::npos) << text;
  EXPECT_NE(text.find("checks    never judged anything: "), std::string::npos) << text;
  const std::string table = Text(folder_ + "/table.csv");
  EXPECT_EQ(table.substr(0, table.find('\n')),
            "seed,profile,exit,failed,signature,chain,calls.committed,write.success,fingerprint");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 7);
}

TEST_F(GridTest, TheLedgersOfShardsMakeOneByConcatenation) {
  const std::string one = folder_ + "/one";
  const std::string two = folder_ + "/two";
  const std::string all = folder_ + "/all";
  (void)SweepGrid("1/1", folder_);
  const std::string whole = Text(folder_ + "/table.csv");
  EXPECT_EQ(SweepGrid("1/2", one), ExitCode::kPass);  // The strict ones, as it happens.
  EXPECT_EQ(SweepGrid("2/2", two), ExitCode::kSafety);
  ASSERT_TRUE(MakeFolder(all).ok());
  std::ofstream(all + "/runs.jsonl") << Text(one + "/runs.jsonl") << Text(two + "/runs.jsonl");
  EXPECT_EQ(SweepGrid("1/1", all), ExitCode::kSafety);
  EXPECT_NE(out_.str().find("runs 6  6 are done"), std::string::npos) << out_.str();
  EXPECT_EQ(Text(all + "/table.csv"), whole);
}

TEST_F(GridTest, AValueThatIsNotAllowedIsFoundBeforeTheFirstRun) {
  Console console{out_, error_, "orbsim", false, nullptr};
  SweepOptions options;
  options.scenario.file = SourcePath("scenarios/two_writers.json");
  options.vary = {"network.loss=1%,much"};
  options.out = folder_;
  EXPECT_EQ(sim::Sweep(options, console), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("found \"much\""), std::string::npos) << error_.str();
  options.vary = {};
  options.metrics = {"write.sucess"};
  EXPECT_EQ(sim::Sweep(options, console), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("--metric: found \"write.sucess\""), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(Ledger()));
}

}  // namespace
}  // namespace sim
