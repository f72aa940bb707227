// Matrices, traces and files of fitted parameters.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/sim/scenario/scenario_texts.h"

namespace {

using Kind = sim::Distribution::Kind;

sim::Scenario Load(const std::string& more, const tests::Files& files) {
  auto scenario = tests::LoadText(tests::ScenarioWith(more), files);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? *scenario : sim::Scenario{};
}

TEST(DataFilesTest, AMatrixIsHalvedIntoOneWayDelays) {
  const sim::Scenario scenario =
      Load(R"("network": {"latency": {"model": "matrix", "file": "m.csv"}})",
           {{"m.csv", "# round trips\n0, 12.5\t, 3\r\n\n12.0869 0 1 # last\n3,1,0"}});
  EXPECT_EQ(scenario.network.matrix_side, 3u);
  EXPECT_EQ(scenario.network.matrix_one_way_us,
            (std::vector<uint32_t>{0, 6'250, 1'500, 6'043, 0, 500, 1'500, 500, 0}));
}

TEST(DataFilesTest, RegionsGiveSharesRatesDelaysAndAccess) {
  const sim::NetworkSpec network =
      Load(R"("network": {"latency": {"model": "regions", "file": "r.json"}, "bandwidth": true})",
           {{"r.json", tests::ParametersText()}})
          .network;
  ASSERT_EQ(network.regions.size(), 2u);
  EXPECT_EQ(network.regions[0].name, "here");
  EXPECT_EQ(network.regions[0].share_ppm, 600'000u);
  EXPECT_EQ(network.regions[0].up_bits_per_s, 20'000'000u);
  EXPECT_EQ(network.regions[1].down_bits_per_s, 0u);
  EXPECT_EQ(network.region_one_way_us, (std::vector<uint32_t>{5'000, 40'000, 41'000, 6'000}));
  EXPECT_EQ(network.access_us, (std::vector<int64_t>{0, 1'000, 9'000}));
}

TEST(DataFilesTest, WordsOfJitterAndChurnComeFromTheParameters) {
  const sim::Scenario scenario =
      Load(R"("network": {"jitter": "datacentre", "parameters": "r.json"})",
           {{"r.json", tests::ParametersText()}});
  EXPECT_EQ(scenario.network.jitter.kind, Kind::kTable);
  EXPECT_EQ(scenario.network.jitter.quantiles_us, (std::vector<int64_t>{0, 50}));
  auto churning = tests::LoadText(
      R"({"schema": 1, "name": "n", "duration": "1min", "groups": [{"name": "a", "count": 1, "churn": "fitted"}]})",
      {{"data/eight_regions.json", tests::ParametersText()}});
  ASSERT_TRUE(churning.ok()) << churning.status();
  const sim::ChurnSpec& churn = churning->groups[0].churn;
  EXPECT_TRUE(churn.on);
  EXPECT_EQ(churn.session.kind, Kind::kWeibull);
  EXPECT_EQ(churn.session.shape_ppm, 570'000u);
  EXPECT_EQ(churn.session.scale, core::Minutes(25 * 60));
  EXPECT_EQ(churn.gap.kind, Kind::kExponential);
}

TEST(DataFilesTest, ATraceIsDrawnInTurn) {
  auto scenario = tests::LoadText(
      R"({"schema": 1, "name": "n", "duration": "1min", "groups": [{"name": "a", "count": 1, "churn": {
          "session": {"distribution": "trace", "file": "t.txt"}, "gap": {"distribution": "fixed", "value": "1s"}}}]})",
      {{"t.txt", "5s # short\n\n1.5min\n"}});
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->groups[0].churn.session.kind, Kind::kTrace);
  EXPECT_EQ(scenario->groups[0].churn.session.quantiles_us,
            (std::vector<int64_t>{5'000'000, 90'000'000}));
}

TEST(DataFilesTest, TheDiskIsReadRelativeToTheScenario) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "orb_scenario_disk";
  std::filesystem::create_directories(folder / "data");
  std::ofstream(folder / "data" / "m.csv") << "0 4\n4 0\n";
  std::ofstream(folder / "s.json") << tests::ScenarioWith(
      R"("network": {"latency": {"model": "matrix", "file": "data/m.csv"}})");
  const auto scenario = sim::LoadScenario((folder / "s.json").string(), {});
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->network.matrix_one_way_us, (std::vector<uint32_t>{0, 2'000, 2'000, 0}));
  std::filesystem::remove_all(folder);
}

TEST(DataFilesTest, WhoReadsOnceSeesNoEdit) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "orb_scenario_once";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "s.json").string();
  std::ofstream(folder / "m.csv") << "0 4\n4 0\n";
  std::ofstream(file) << tests::ScenarioWith(
      R"("network": {"latency": {"model": "matrix", "file": "m.csv"}})");
  sim::OnceReader once;
  const auto first = sim::LoadScenario(file, {}, once);
  ASSERT_TRUE(first.ok()) << first.status();
  std::ofstream(folder / "m.csv") << "0 6\n6 0\n";
  const auto again = sim::LoadScenario(file, {}, once);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->hash, first->hash);
  EXPECT_NE(sim::LoadScenario(file, {})->hash, first->hash);
  std::filesystem::remove_all(folder);
}

TEST(DataFilesTest, AMissingScenarioAndAFolderAreTold) {
  EXPECT_EQ(core::MessageOf(sim::LoadScenario("/no/such.json", {}).status()),
            "/no/such.json:1:1: $: found no such file, allowed a readable file of at most 64 MiB");
  const std::string folder = ::testing::TempDir();
  EXPECT_EQ(
      core::MessageOf(sim::LoadScenario(folder, {}).status()),
      folder +
          ":1:1: $: found a file that cannot be read, allowed a readable file of at most 64 MiB");
}

// The repository's own parameters, once they are there.
TEST(DataFilesTest, TheFittedRegionsOfTheRepositoryLoad) {
  const std::string path = ORBWEAVER_SOURCE_DIR "/scenarios/data/eight_regions.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  std::ifstream stream(path);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const sim::Scenario scenario =
      Load(R"("network": {"latency": {"model": "regions", "file": "r.json"}, "jitter": "home"})",
           {{"r.json", text}});
  EXPECT_EQ(scenario.network.regions.size(), 8u);
  EXPECT_EQ(scenario.network.region_one_way_us.size(), 64u);
  EXPECT_EQ(scenario.network.access_us.size(), 65u);
}

}  // namespace
