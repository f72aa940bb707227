// A sweep runs every seed once, goes on where it was, never mixes builds or scenarios, and names the seeds that fail.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/sweep_ledger.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

class SweepTest : public ::testing::Test {
 protected:
  SweepTest() : folder_(::testing::TempDir() + "sweep_test") {
    std::filesystem::remove_all(folder_);
  }

  ~SweepTest() override { std::filesystem::remove_all(folder_); }

  ExitCode Sweep(uint64_t first, uint64_t seeds, const Overrides& overrides = {}) {
    out_.str("");
    error_.str("");
    Console console{out_, error_, "orbsim", false, nullptr};
    SweepOptions options;
    options.scenario.file = SourcePath("scenarios/two_writers.json");
    options.scenario.overrides = overrides;
    options.first = first;
    options.seeds = seeds;
    options.threads = 2;
    options.out = folder_;
    return sim::Sweep(options, console);
  }

  [[nodiscard]] std::string Ledger() const { return folder_ + "/runs.jsonl"; }

  [[nodiscard]] std::map<uint64_t, SweepRun> Runs() const {
    auto ledger = SweepLedger::Open(Ledger(), LoadOrFail("scenarios/two_writers.json"));
    EXPECT_TRUE(ledger.ok()) << core::MessageOf(ledger.status());
    return ledger.ok() ? ledger->runs() : std::map<uint64_t, SweepRun>{};
  }

  void Append(const std::string& text) const { std::ofstream(Ledger(), std::ios::app) << text; }

  std::string folder_;
  std::ostringstream out_;
  std::ostringstream error_;
};

TEST_F(SweepTest, RunsEverySeedOnceAndSaysHowTheyEnded) {
  EXPECT_EQ(Sweep(3, 5), ExitCode::kPass);
  EXPECT_NE(out_.str().find("       5  pass\n       5  of 5 seeds\n"), std::string::npos)
      << out_.str();
  const auto runs = Runs();
  ASSERT_EQ(runs.size(), 5u);
  EXPECT_EQ(runs.begin()->first, 3u);
  // Each is the run that `orbsim run --seed` makes.
  Session session(LoadOrFail("scenarios/two_writers.json", {{"seed", "4"}}), {});
  RunQuietly(session);
  EXPECT_EQ(runs.at(4).fingerprint, core::ToHex(session.result().fingerprint));
}

TEST_F(SweepTest, GoesOnWhereItWas) {
  EXPECT_EQ(Sweep(1, 3), ExitCode::kPass);
  Append("{\"exit\":0,\"failed\":[],\"fing");  // Torn off by an interruption.
  EXPECT_EQ(Sweep(1, 6), ExitCode::kPass);
  EXPECT_NE(out_.str().find("3 are done"), std::string::npos) << out_.str();
  EXPECT_EQ(Runs().size(), 6u);
  // A seed that stands there is not run again: this one claims to have failed.
  Append("{\"exit\":3,\"failed\":[\"BR-2\"],\"fingerprint\":\"x\",\"seed\":7}\n");
  EXPECT_EQ(Sweep(1, 8), ExitCode::kSafety);
  EXPECT_NE(out_.str().find("       1  exit 3 BR-2\n  repro   orbsim run "), std::string::npos)
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
  EXPECT_EQ(error_.str(), place + "1: found no JSON object\n");
  std::filesystem::remove(Ledger());
  Append("{\"exit\":0,\"failed\":[],\"fingerprint\":\"x\",\"seed\":7}\n");
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), place + "1: found no header, allowed a ledger of orbsim sweep\n");
  std::filesystem::remove(Ledger());
  EXPECT_EQ(Sweep(1, 1), ExitCode::kPass);
  Append("{\"seed\":7}\n");
  EXPECT_EQ(Sweep(1, 1), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), place + "3: found no run, allowed a ledger of orbsim sweep\n");
}

TEST_F(SweepTest, FailFastEndsWithTheFirstFailure) {
  Console console{out_, error_, "orbsim", false, nullptr};
  SweepOptions options;
  options.scenario.file = SourcePath("scenarios/pend_commit_interleave.json");
  options.scenario.overrides = {{"profile", "upstream"}};
  options.seeds = 50;
  options.threads = 1;
  options.fail_fast = true;
  options.out = folder_;
  EXPECT_EQ(sim::Sweep(options, console), ExitCode::kSafety);
  EXPECT_NE(out_.str().find("       1  of 50 seeds\n"), std::string::npos) << out_.str();
}

}  // namespace
}  // namespace sim
