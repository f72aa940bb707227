#include "sim/observe/summary.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/observe/checkers/hops_checker.h"
#include "sim/observe/checkers/key_checker.h"
#include "sim/observe/distributions.h"
#include "sim/observe/file_out.h"
#include "sim/observe/verdict_lines.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

class SummaryTest : public ::testing::Test {
 protected:
  SummaryTest() {
    world_.plan.name = "small";
    world_.plan.seed = 7;
    Expectation listed;
    listed.check = "RT-2";
    Expectation bound;
    bound.metric = "lookup.done";
    bound.relation = Expectation::Relation::kAbove;
    bound.bound = 0;
    world_.plan.expect = {listed, bound};
    core::LookupDone lookup;
    lookup.hops = 99;
    world_.Tell(hops_, 1, 7, core::Joined{});
    world_.Tell(hops_, 902'347, 7, lookup);
    metrics_.Count(Metric::kLookupDone);
    result_.build = "1.0-abc";
    result_.peers = 10;
    result_.checkpoints = 902;
    result_.fingerprint = {1, 2};
    outcome_ = Evaluate(world_.plan, checkers_, metrics_, false);
  }

  FakeWorld world_{10};
  HopsChecker hops_;
  KeyChecker keys_;
  std::vector<const Checker*> checkers_{&hops_, &keys_};
  Metrics metrics_;
  RunResult result_;
  Outcome outcome_;
};

TEST_F(SummaryTest, HoldsVerdictsMetricsAndFingerprint) {
  const std::string text = SummaryJson({world_.plan, result_, outcome_, checkers_, metrics_});
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["scenario"], "small");
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["peers"], 10);
  EXPECT_EQ(json["interrupted"], false);
  EXPECT_EQ(json["exit_code"], 2);
  EXPECT_EQ(json["fingerprint"], "00000000000000010000000000000002");
  EXPECT_EQ(json["checks"][0]["id"], "RT-2");
  EXPECT_EQ(json["checks"][0]["verdict"], "failed");
  EXPECT_EQ(json["checks"][0]["premises"], 1);
  EXPECT_EQ(json["checks"][0]["first"]["peer"], 7);
  EXPECT_EQ(json["checks"][1]["verdict"], "vacuous");
  EXPECT_EQ(json["expectations"][1]["metric"], "lookup.done");
  EXPECT_EQ(json["expectations"][1]["verdict"], "passed");
  EXPECT_EQ(json["metrics"]["lookup.done"]["value"], 1);
  EXPECT_EQ(json["metrics"]["lookup.done"]["unit"], "count");
  EXPECT_FALSE(json["metrics"].contains("match.time.p99"));
}

TEST_F(SummaryTest, WritesItsFourFiles) {
  const std::string folder = ::testing::TempDir() + "/orbweaver_summary/run";
  const RunReport report{world_.plan, result_, outcome_, checkers_, metrics_};
  ASSERT_TRUE(WriteResults(folder, report).ok());
  EXPECT_EQ(*ReadFileWhole(folder + "/summary.json"), SummaryJson(report));
  EXPECT_EQ(*ReadFileWhole(folder + "/metrics.csv"), metrics_.MetricsCsv());
  EXPECT_EQ(*ReadFileWhole(folder + "/histograms.csv"), HistogramsCsv(metrics_));
  EXPECT_EQ(*ReadFileWhole(folder + "/timeline.csv"), metrics_.TimelineCsv());
  std::filesystem::remove_all(::testing::TempDir() + "/orbweaver_summary");
}

constexpr char kRepro[] = "orbsim replay results/small/capsule.json";
constexpr char kShrink[] = "orbsim shrink results/small/capsule.json";

TEST_F(SummaryTest, TheVerdictLinesSayWhatFailedAndHowToGoOn) {
  EXPECT_EQ(VerdictText(outcome_, checkers_, {kRepro, kShrink}),
            "FAIL    RT-2         holds  (1 checked, 1 violated)\n"
            "pass    lookup.done  above 0  (1)\n"
            "FAIL RT-2 a lookup took too many hops   t=00:15:02.347  target 0000..  peer 7\n"
            "  expected at most 6 hops among 10 peers\n"
            "  found    99 hops, 0 requests\n"
            "  repro    orbsim replay results/small/capsule.json\n"
            "  shrink   orbsim shrink results/small/capsule.json\n");
}

TEST_F(SummaryTest, OfSeveralFailuresTheFirstIsTheCapsules) {
  world_.plan.expect.insert(world_.plan.expect.begin(), world_.plan.expect.front());
  const std::string text =
      VerdictText(Evaluate(world_.plan, checkers_, metrics_, false), checkers_, {kRepro, kShrink});
  const size_t first = text.find("  shrink   orbsim shrink results/small/capsule.json\n");
  EXPECT_NE(first, std::string::npos) << text;
  EXPECT_NE(text.find("  shrink   orbsim shrink results/small/capsule.json --check RT-2\n", first),
            std::string::npos)
      << text;
}

TEST_F(SummaryTest, AWarningSaysAsMuchAsAFailureButHasNothingToShrink) {
  world_.plan.expect.erase(world_.plan.expect.begin());
  const Outcome outcome = Evaluate(world_.plan, checkers_, metrics_, false);
  EXPECT_EQ(VerdictText(outcome, checkers_, {kRepro, kShrink}),
            "pass    lookup.done  above 0  (1)\n"
            "warn    RT-2         holds  (1 checked, 1 violated)\n"
            "warn RT-2 a lookup took too many hops   t=00:15:02.347  target 0000..  peer 7\n"
            "  expected at most 6 hops among 10 peers\n"
            "  found    99 hops, 0 requests\n"
            "  repro    orbsim replay results/small/capsule.json\n");
}

TEST_F(SummaryTest, ARunOfWhichNothingWasExpectedHasAVerdictLineToo) {
  world_.plan.expect.clear();
  const std::vector<const Checker*> harmless = {&keys_};
  EXPECT_EQ(VerdictText(Evaluate(world_.plan, harmless, metrics_, false), harmless, {}),
            "pass    nothing was expected  (of 1 checks 0 held, 1 vacuous)\n");
  const std::string text =
      VerdictText(Evaluate(world_.plan, checkers_, metrics_, true), checkers_, {});
  EXPECT_TRUE(text.starts_with("unknown nothing was expected  (of 2 checks 0 held, 1 violated, "))
      << text;
}

}  // namespace
}  // namespace sim
