// Valid scenarios: every feature reaches its field.
#include "sim/scenario/loader.h"

#include <gtest/gtest.h>

#include "sim/scenario/describe.h"
#include "tests/sim/scenario/scenario_texts.h"

namespace {

using tests::LoadText;
using tests::ScenarioWith;

sim::Scenario Load(const std::string& more, const tests::Files& files = {}) {
  auto scenario = LoadText(ScenarioWith(more), files);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? *scenario : sim::Scenario{};
}

sim::Group LoadGroup(const std::string& more) {
  auto scenario = LoadText(
      R"({"schema": 1, "name": "n", "duration": "1min", "groups": [{"name": "a", "count": 7, )" +
      more + "}]}");
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? scenario->groups[0] : sim::Group{};
}

// The example of the format's own document.
constexpr char kExample[] = R"({
  "schema": 1, "name": "sparse-matchmaking", "about": "ten interested peers among ten thousand find each other",
  "duration": "5min", "seed": 1,
  "network": { "latency": { "model": "matrix", "file": "data/world-490.csv" }, "loss": "0.2%", "jitter": "home" },
  "groups": [ { "name": "crowd", "count": 9990 }, { "name": "seekers", "count": 10, "clock": { "offset": "300ms" } } ],
  "workload": [ { "at": "30s", "do": "match", "who": "seekers", "topic": "proofreaders", "want": 3, "patience": "10s" } ],
  "faults":   [ { "at": "60s", "for": "20s", "do": "partition", "between": ["crowd[0%..50%]", "crowd[50%..100%]"], "one_way": true } ],
  "swarm":    { "draw": ["loss", "partition", "crash"], "intensity": "medium" },
  "profile":  "strict",
  "expect":   [ { "check": "MM-2" }, { "metric": "match.time.p99", "below": "8s" } ],
  "phases":   { "safety_until": "4min" }
})";

TEST(LoaderTest, TheExampleOfTheDocumentLoads) {
  const auto loaded = LoadText(kExample, {{"data/world-490.csv", "0 30\n30 0\n"},
                                          {"data/eight_regions.json", tests::ParametersText()}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const sim::Scenario& scenario = *loaded;
  EXPECT_EQ(scenario.name, "sparse-matchmaking");
  EXPECT_EQ(scenario.duration, core::Minutes(5));
  EXPECT_EQ(scenario.safety_until, core::Minutes(4));
  EXPECT_EQ(scenario.PeerCount(), 10'000u);
  EXPECT_EQ(scenario.groups[1].first, 9'990u);
  EXPECT_EQ(scenario.groups[1].clock.offset, core::Milliseconds(300));
  EXPECT_EQ(scenario.network.loss.numerator, 2'000u);
  EXPECT_EQ(scenario.network.loss.denominator, 1'000'000u);
  EXPECT_EQ(scenario.network.jitter.quantiles_us.size(), 3u);
  EXPECT_EQ(scenario.faults[0].targets, sim::RangeOf(0, 4'995));
  EXPECT_EQ(scenario.faults[0].others, sim::RangeOf(4'995, 9'990));
  EXPECT_EQ(scenario.swarm.intensity, sim::SwarmSpec::Intensity::kMedium);
  EXPECT_EQ(scenario.swarm.draw, (std::vector{sim::Fault::Kind::kLoss, sim::Fault::Kind::kPartition,
                                              sim::Fault::Kind::kCrash}));
  ASSERT_EQ(scenario.expect.size(), 2u);
  EXPECT_EQ(scenario.expect[0].check, "MM-2");
  EXPECT_EQ(scenario.expect[1].bound, 8'000'000);
  EXPECT_EQ(scenario.expect[1].text, "match.time.p99 below 8s");
}

TEST(LoaderTest, AMinimalFileHasTheDocumentedDefaults) {
  const sim::Scenario scenario = Load("");
  EXPECT_EQ(scenario.seed, 1u);
  EXPECT_TRUE(scenario.warm);
  EXPECT_FALSE(scenario.modelled_crypto);
  EXPECT_EQ(scenario.profile, "strict");
  EXPECT_EQ(scenario.network.model, sim::NetworkSpec::Model::kFixed);
  EXPECT_EQ(scenario.network.fixed, core::Milliseconds(50));
  EXPECT_EQ(scenario.safety_until.us, 0);
  EXPECT_EQ(sim::DescribeProtocol(scenario.protocol), sim::DescribeProtocol(core::Config{}));
}

TEST(LoaderTest, BootstrapIsAWordOrAnObject) {
  EXPECT_FALSE(Load(R"("bootstrap": "cold")").warm);
  const sim::Scenario cold = Load(R"("bootstrap": {"mode": "cold", "seeds": 3})");
  EXPECT_FALSE(cold.warm);
  EXPECT_EQ(cold.seed_peers, 3u);
  EXPECT_TRUE(Load(R"("bootstrap": {"mode": "warm"})").warm);
}

TEST(LoaderTest, ProfilesSetDefaultsUnderTheFilesOwnValues) {
  EXPECT_FALSE(Load(R"("profile": "linear")").protocol.matchmaking.gallop);
  EXPECT_EQ(Load(R"("profile": "three-roots")").protocol.matchmaking.roots, 3);
  const sim::Scenario own =
      Load(R"("profile": "three-roots", "protocol": {"matchmaking": {"roots": 1, "push": true}})");
  EXPECT_EQ(own.protocol.matchmaking.roots, 1);
  EXPECT_TRUE(own.protocol.matchmaking.push);
  EXPECT_TRUE(Load(R"("crypto": "modelled")").modelled_crypto);
}

TEST(LoaderTest, EveryNetworkKeyReachesItsField) {
  const sim::NetworkSpec network =
      Load(R"("network": {"latency": {"model": "uniform", "low": "4ms", "high": "8ms"},
      "jitter": {"distribution": "log-normal", "median": "3ms", "sigma": "1.25"}, "floor": "2ms", "loss": "1%",
      "duplicate": "2%", "reorder": "3%", "reorder_extra": "9ms", "corrupt": "4%", "bandwidth": true, "queue_limit": "5s"})")
          .network;
  EXPECT_EQ(network.model, sim::NetworkSpec::Model::kUniform);
  EXPECT_EQ(network.uniform_low, core::Milliseconds(4));
  EXPECT_EQ(network.uniform_high, core::Milliseconds(8));
  EXPECT_EQ(network.jitter.kind, sim::Distribution::Kind::kLogNormal);
  EXPECT_EQ(network.jitter.scale, core::Milliseconds(3));
  EXPECT_EQ(network.jitter.shape_ppm, 1'250'000u);
  EXPECT_EQ(network.floor, core::Milliseconds(2));
  EXPECT_EQ(network.loss.numerator, 10'000u);
  EXPECT_EQ(network.duplicate.numerator, 20'000u);
  EXPECT_EQ(network.reorder.numerator, 30'000u);
  EXPECT_EQ(network.reorder_extra, core::Milliseconds(9));
  EXPECT_EQ(network.corrupt.numerator, 40'000u);
  EXPECT_TRUE(network.bandwidth);
  EXPECT_EQ(network.queue_limit, core::Seconds(5));
}

TEST(LoaderTest, EveryGroupKeyReachesItsField) {
  const sim::Group group =
      LoadGroup(R"("clock": {"offset": "2s", "drift": "20ppm"}, "up": "1Mbit/s", "down": "2Mbit/s",
      "service_time": "50us", "start": {"at": "1s", "over": "10s"}, "grind": {"near": "work/t", "bits": 20},
      "reachability": {"public": "60%", "relay-only": "40%"}, "churn": {"wipe": true,
      "session": {"distribution": "uniform", "low": "1s", "high": "2s"}, "gap": {"distribution": "table", "quantiles_us": [5, 5000]}},
      "adversary": {"role": "lying-holder", "rate": "25%", "options": {"mode": "under", "after": "90s", "quiet": true, "factor": 3, "target": "a/b"}})");
  EXPECT_EQ(group.count, 7u);
  EXPECT_EQ(group.clock.offset, core::Seconds(2));
  EXPECT_EQ(group.clock.drift_ppm, 20u);
  EXPECT_EQ(group.up_bits_per_s, 1'000'000u);
  EXPECT_EQ(group.down_bits_per_s, 2'000'000u);
  EXPECT_EQ(group.service_time, core::Microseconds(50));
  EXPECT_EQ(group.start_at, core::Seconds(1));
  EXPECT_EQ(group.start_over, core::Seconds(10));
  EXPECT_EQ(group.grind_near, "work/t");
  EXPECT_EQ(group.grind_bits, 20u);
  EXPECT_EQ(group.reachability_ppm,
            (std::vector<std::pair<sim::Reachability, uint64_t>>{
                {sim::Reachability::kPublic, 600'000}, {sim::Reachability::kRelayOnly, 400'000}}));
  EXPECT_TRUE(group.churn.on && group.churn.wipe);
  EXPECT_EQ(group.churn.session.high, core::Seconds(2));
  EXPECT_EQ(group.churn.gap.quantiles_us, (std::vector<int64_t>{5, 5'000}));
  EXPECT_EQ(group.adversary.role, "lying-holder");
  EXPECT_EQ(group.adversary.rate.numerator, 250'000u);
  const std::map<std::string, std::string> options = {{"after", "90000000"},
                                                      {"factor", "3"},
                                                      {"mode", "under"},
                                                      {"quiet", "true"},
                                                      {"target", "a/b"}};
  EXPECT_EQ(group.adversary.options, options);
}

TEST(LoaderTest, ReachabilityMayBeOneWordForAll) {
  EXPECT_EQ(LoadGroup(R"("reachability": "symmetric")").reachability_ppm,
            (std::vector<std::pair<sim::Reachability, uint64_t>>{
                {sim::Reachability::kSymmetric, 1'000'000}}));
}

TEST(LoaderTest, EveryOperationReachesItsCommand) {
  const std::string key(64, 'a');
  const sim::Scenario scenario = Load(R"("workload": [
      {"at": "1s", "spread": "2s", "every": "5s", "until": "1min", "do": "match", "who": "seekers", "topic": "kind/label/x", "want": 5,
       "patience": "7s", "seek": "matchers", "filter": {"must": ["x", "y"], "must_not": ["z"], "min_budget": 2}, "capabilities": ["q"]},
      {"at": "1s", "do": "work", "who": "crowd[10%]", "topic": "t", "budget": 9, "capabilities": ["x"]},
      {"at": "2s", "do": "leave", "who": "crowd[3]", "topic": "t"},
      {"at": "1s", "every": "1s", "do": "lookup", "who": "peers"},
      {"at": "1s", "do": "lookup", "who": "peers", "target": ")" +
                                      key + R"("}])");
  ASSERT_EQ(scenario.workload.size(), 5u);
  const sim::Operation& first = scenario.workload[0];
  EXPECT_EQ(first.spread, core::Seconds(2));
  EXPECT_EQ(first.every, core::Seconds(5));
  EXPECT_EQ(first.until, core::Minutes(1));
  EXPECT_EQ(first.who, sim::RangeOf(90, 100));
  const auto& match = std::get<core::MatchCommand>(first.command);
  EXPECT_EQ(match.topic, (core::Topic{"kind", "label/x"}));
  EXPECT_EQ(match.want, 5);
  EXPECT_EQ(match.patience, core::Seconds(7));
  EXPECT_EQ(match.seek, core::Role::kMatcher);
  EXPECT_EQ(match.filter.must.Count(), 2u);
  EXPECT_TRUE(match.filter.must_not.Contains("z"));
  EXPECT_EQ(match.filter.min_budget, 2);
  EXPECT_TRUE(match.capabilities.Contains("q"));
  const auto& work = std::get<core::WorkCommand>(scenario.workload[1].command);
  EXPECT_EQ(work.topic, (core::Topic{"work", "t"}));
  EXPECT_EQ(work.budget, 9);
  EXPECT_EQ(std::get<core::LeaveCommand>(scenario.workload[2].command).topic.label, "t");
  EXPECT_EQ(scenario.workload[2].who, sim::RangeOf(3, 4));
  EXPECT_TRUE(scenario.workload[3].random_target);
  EXPECT_EQ(scenario.workload[3].until, scenario.duration);
  EXPECT_FALSE(scenario.workload[4].random_target);
  EXPECT_EQ(std::get<core::LookupCommand>(scenario.workload[4].command).target.bytes[31], 0xaa);
}

TEST(LoaderTest, OperationsOnBlocksKeepWhatTheUserWants) {
  const sim::Scenario scenario = Load(R"("workload": [
      {"at": "1s", "do": "put", "who": "seekers", "block": "b", "blocks": 7, "size": "4KiB", "base": 3, "tries": 5},
      {"at": "1s", "do": "delete", "who": "seekers", "block": "b"},
      {"at": "1s", "do": "get", "who": "seekers", "block": "b", "revision": 9},
      {"at": "1s", "do": "revision", "who": "seekers", "block": "b"},
      {"at": "1s", "do": "transact", "who": "seekers", "block": "b", "blocks": 4, "writes": 3}])");
  ASSERT_EQ(scenario.workload.size(), 5u);
  const sim::BlockOperation& put = scenario.workload[0].on_blocks.value();
  EXPECT_TRUE(std::holds_alternative<core::PutCommand>(scenario.workload[0].command));
  EXPECT_EQ(put.block, "b");
  EXPECT_EQ(put.blocks, 7u);
  EXPECT_EQ(put.bytes, 4096u);
  EXPECT_EQ(put.base, 3u);
  EXPECT_EQ(put.tries, 5u);
  EXPECT_TRUE(std::holds_alternative<core::DeleteCommand>(scenario.workload[1].command));
  EXPECT_FALSE(scenario.workload[1].on_blocks.value().base.has_value());
  EXPECT_TRUE(std::holds_alternative<core::GetCommand>(scenario.workload[2].command));
  EXPECT_EQ(scenario.workload[2].on_blocks.value().revision, 9u);
  EXPECT_TRUE(std::holds_alternative<core::RevisionCommand>(scenario.workload[3].command));
  EXPECT_TRUE(std::holds_alternative<core::TransactCommand>(scenario.workload[4].command));
  EXPECT_EQ(scenario.workload[4].on_blocks.value().writes, 3u);
}

TEST(LoaderTest, OperationsOnCollectionsKeepWhatTheUserWants) {
  const sim::Scenario scenario = Load(R"("workload": [
      {"at": "1s", "do": "append", "who": "seekers", "collection": "d", "size": "2KiB"},
      {"at": "1s", "do": "insert", "who": "seekers", "collection": "t", "keys": 9, "count": 3},
      {"at": "1s", "do": "erase", "who": "seekers", "collection": "t"}])");
  ASSERT_EQ(scenario.workload.size(), 3u);
  using Kind = sim::CollectionOperation::Kind;
  const sim::CollectionOperation& append = scenario.workload[0].on_collections.at(0);
  EXPECT_EQ(append.kind, Kind::kAppend);
  EXPECT_EQ(append.collection, "d");
  EXPECT_EQ(append.bytes, 2048u);
  const sim::CollectionOperation& insert = scenario.workload[1].on_collections.at(0);
  EXPECT_EQ(insert.kind, Kind::kInsert);
  EXPECT_EQ(insert.keys, 9u);
  EXPECT_EQ(insert.count, 3u);
  EXPECT_EQ(insert.bytes, 32u);
  const sim::CollectionOperation& erase = scenario.workload[2].on_collections.at(0);
  EXPECT_EQ(erase.kind, Kind::kErase);
  EXPECT_EQ(erase.keys, 1000u);
  EXPECT_FALSE(scenario.workload[2].on_blocks.has_value());
}

TEST(LoaderTest, AnActionOverSeveralCollectionsKeepsItsParts) {
  const sim::Scenario scenario = Load(R"("workload": [
      {"at": "1s", "do": "append", "who": "seekers", "collection": "d", "also": [
          {"do": "insert", "collection": "t", "keys": 9, "count": 3, "absent": 2},
          {"do": "append", "collection": "e", "size": "1KiB"}]},
      {"at": "1s", "do": "erase", "who": "seekers", "collection": "t", "absent": 4}])");
  ASSERT_EQ(scenario.workload.size(), 2u);
  using Kind = sim::CollectionOperation::Kind;
  const auto& parts = scenario.workload[0].on_collections;
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].kind, Kind::kAppend);
  EXPECT_EQ(parts[0].collection, "d");
  EXPECT_EQ(parts[1].kind, Kind::kInsert);
  EXPECT_EQ(parts[1].collection, "t");
  EXPECT_EQ(parts[1].keys, 9u);
  EXPECT_EQ(parts[1].count, 3u);
  EXPECT_EQ(parts[1].absent, 2u);
  EXPECT_EQ(parts[1].bytes, 32u);
  EXPECT_EQ(parts[2].bytes, 1024u);
  ASSERT_EQ(scenario.workload[1].on_collections.size(), 1u);
  EXPECT_EQ(scenario.workload[1].on_collections[0].absent, 4u);
  const std::string text = sim::PrintScenario(scenario);
  EXPECT_NE(text.find("also insert collection t keys 9 count 3 bytes 32 absent 2"),
            std::string::npos)
      << text;
}

TEST(LoaderTest, TheUpstreamProfileIsTheCores) {
  const sim::Scenario scenario = Load(R"("profile": "upstream", "fails_under": ["upstream"])");
  sim::Scenario expected;
  expected.protocol.transactions = core::UpstreamProfile();
  expected.protocol.arachnode.free_share_signal = true;
  EXPECT_EQ(sim::DescribeProtocol(scenario.protocol), sim::DescribeProtocol(expected.protocol));
  EXPECT_EQ(scenario.fails_under, std::vector<std::string>{"upstream"});
}

TEST(LoaderTest, ExpectationsCompareInTheMetricsOwnUnit) {
  const sim::Scenario scenario = Load(R"("expect": [{"metric": "match.rate", "above": "99%"},
      {"metric": "bytes.sent", "below": "3MiB", "must_fail": true}, {"metric": "lookup.hops", "equals": 4}])");
  using Relation = sim::Expectation::Relation;
  EXPECT_EQ(scenario.expect[0].relation, Relation::kAbove);
  EXPECT_EQ(scenario.expect[0].bound, 990'000);
  EXPECT_EQ(scenario.expect[1].bound, 3 << 20);
  EXPECT_TRUE(scenario.expect[1].must_fail);
  EXPECT_EQ(scenario.expect[2].relation, Relation::kEquals);
  EXPECT_EQ(scenario.expect[2].bound, 4);
  EXPECT_EQ(scenario.expect[2].text, "lookup.hops equals 4");
}

TEST(LoaderTest, AttackersGrindNextToBlocksToo) {
  const sim::Group group =
      LoadGroup(R"("grind": {"near_block": "entry", "blocks": 20, "bits": 6})");
  EXPECT_EQ(group.grind_block, "entry");
  EXPECT_EQ(group.grind_blocks, 20u);
  EXPECT_EQ(group.grind_bits, 6u);
}

TEST(LoaderTest, SafetyOnlyHasNoCalmPhase) {
  const sim::Scenario scenario =
      Load(R"("phases": {"safety_only": true}, "plant": ["skip-renewal"])");
  EXPECT_TRUE(scenario.safety_only);
  EXPECT_EQ(scenario.safety_until.us, 0);
  EXPECT_EQ(scenario.plant, std::vector<std::string>{"skip-renewal"});
}

}  // namespace
