// A signature tells failures of one check apart by what led to them, and those of one bug together.
#include "sim/workflow/sweep/signature.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workflow/sweep/ledger.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::StartsWith;

class SignatureTest : public CommandTest {
 protected:
  // What the ledger says of the runs that failed.
  std::set<std::string> Swept(const SweepOptions& options) {
    (void)Told(&Sweep, options, ExitCode::kSafety);
    const auto ledger = ReadLedger(LedgerPath(options.out));
    EXPECT_TRUE(ledger.ok()) << core::MessageOf(ledger.status());
    std::set<std::string> signatures;
    failed_ = 0;
    for (const auto& [cell, run] : ledger->runs) {
      if (run.exit == ExitCode::kPass) continue;
      ++failed_;
      signatures.insert(run.signature);
      EXPECT_EQ(run.signature.empty(), run.failed.empty());
      EXPECT_THAT(run.signature, HasSubstr(run.chain.empty() ? ":" : ", chain "));
    }
    return signatures;
  }

  [[nodiscard]] SweepOptions Planted(const std::string& bug, const std::string& seeds) const {
    return {
        .scenario = {.file = SourcePath("tests/sim/world/planted_block_bugs.json"), .plant = {bug}},
        .seeds = seeds,
        .vary = {},
        .metrics = {},
        .threads = 2,
        .out = folder_ + "/" + bug};
  }

  [[nodiscard]] SweepOptions Upstream(int threads) const {
    return {.scenario = {.file = SourcePath("scenarios/pend_commit_interleave.json"),
                         .overrides = {{"profile", "upstream"}}},
            .seeds = "12",
            .vary = {},
            .metrics = {},
            .threads = threads,
            .out = folder_ + "/" + std::to_string(threads)};
  }

  size_t failed_ = 0;
};

// Both make a member sign a second vote: one because its lock is gone, the other because a restart took the first vote.
TEST_F(SignatureTest, TwoBugsThatBreakOneCheckAreTwoFailures) {
  const auto brief = Swept(Planted("brief-locks", "1..3"));
  const auto lost = Swept(Planted("lost-votes", "1"));
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_THAT(*lost.begin(), StartsWith("TX-3: an approval, chain "));
  ASSERT_FALSE(brief.empty());
  for (const std::string& one : brief) EXPECT_THAT(one, StartsWith("TX-3: an approval, chain "));
  EXPECT_FALSE(brief.contains(*lost.begin()));
  EXPECT_THAT(File("lost-votes/runs.jsonl"), HasSubstr(R"("chain":"started .. )"));
  EXPECT_THAT(File("brief-locks/runs.jsonl"), HasSubstr("lock_released (cause timed_out) .. "));
}

TEST_F(SignatureTest, OneBugIsFewFailures) {
  const auto brief = Swept(Planted("brief-locks", "12"));
  EXPECT_EQ(failed_, 12u);
  EXPECT_LE(brief.size(), 3u);
}

TEST_F(SignatureTest, DoesNotDependOnTheNumberOfJobs) {
  (void)Swept(Upstream(1));
  const std::string text = out_.str();
  EXPECT_GT(failed_, 5u);
  (void)Swept(Upstream(2));
  EXPECT_EQ(File("1/table.csv"), File("2/table.csv"));
  EXPECT_THAT(text, HasSubstr("\n  chain   lock_released (cause forgotten) .. vote_cast ("
                              "vote approve, reason none)\n  failed  BR-10 in "));
}

// A run that fails for what it does not reach has nothing that led there.
TEST_F(SignatureTest, WithoutAViolationThereIsNoChain) {
  SweepOptions options = Planted("lost-votes", "1");
  options.scenario.plant = {};
  options.scenario.overrides = {
      {"expect", R"([ { "metric": "calls.committed", "above": 100000 } ])"}};
  (void)Told(&Sweep, options, ExitCode::kLiveness);
  EXPECT_THAT(out_.str(), HasSubstr("       1  exit 2 calls.committed\n  repro "));
}

// The folders differ unless somebody names one: their signatures must not be counted together.
TEST_F(SignatureTest, AnEnvelopeNeverGoesOnWithTheLedgerOfASweep) {
  SweepOptions sweep = Upstream(2);
  sweep.seeds = "1";
  sweep.vary = {"network.loss=0%"};
  (void)Told(&Sweep, sweep, ExitCode::kSafety);
  EnvelopeOptions envelope;
  envelope.scenario = sweep.scenario;
  envelope.axis = "network.loss";
  envelope.from = "0%";
  envelope.to = "1%";
  envelope.seeds = "1";
  envelope.out = sweep.out;
  (void)Told(&FindEnvelope, envelope, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("runs.jsonl:1: found runs of {"));
}

}  // namespace
}  // namespace sim
