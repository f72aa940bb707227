// "use", --set, and what a scenario's canonical text and hash depend on.
#include <gtest/gtest.h>

#include "sim/scenario/compose.h"
#include "sim/scenario/describe.h"
#include "tests/sim/scenario/scenario_texts.h"

namespace {

using tests::Files;
using tests::LoadText;
using tests::ScenarioWith;

sim::Scenario Load(const std::string& text, const Files& files = {},
                   std::vector<std::pair<std::string, std::string>> overrides = {}) {
  auto scenario = LoadText(text, files, std::move(overrides));
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? *scenario : sim::Scenario{};
}

uint64_t LossOf(const sim::Scenario& scenario) {
  return scenario.network.loss.numerator;
}

TEST(CompositionTest, UsedFilesMergeInOrderAndTheFileWins) {
  const Files files = {
      {"a.json", R"({"seed": 1, "network": {"loss": "1%", "duplicate": "1%", "corrupt": "1%"}})"},
      {"b.json", R"({"seed": 2, "network": {"loss": "2%", "duplicate": "2%"}})"}};
  const sim::Scenario scenario =
      Load(ScenarioWith(R"("use": ["a.json", "b.json"], "network": {"loss": "3%"})"), files);
  EXPECT_EQ(scenario.seed, 2u);
  EXPECT_EQ(LossOf(scenario), 30'000u);
  EXPECT_EQ(scenario.network.duplicate.numerator, 20'000u);
  EXPECT_EQ(scenario.network.corrupt.numerator, 10'000u);
}

TEST(CompositionTest, ListsAreReplacedAsAWhole) {
  const Files files = {{"a.json", R"({"plant": ["forget-withdraw", "skip-renewal"]})"}};
  const sim::Scenario scenario =
      Load(ScenarioWith(R"("use": ["a.json"], "plant": ["skip-renewal"])"), files);
  EXPECT_EQ(scenario.plant, std::vector<std::string>{"skip-renewal"});
}

TEST(CompositionTest, AnotherCaseReplacesTheWholeObject) {
  const Files files = {
      {"a.json", R"({"network": {"latency": {"model": "fixed", "delay": "9ms"}}})"}};
  const sim::Scenario scenario =
      Load(ScenarioWith(
               R"("use": ["a.json"], "network": {"latency": {"model": "uniform", "low": "5ms"}})"),
           files);
  EXPECT_EQ(scenario.network.model, sim::NetworkSpec::Model::kUniform);
  EXPECT_EQ(scenario.network.uniform_low, core::Milliseconds(5));
  EXPECT_EQ(scenario.network.fixed, core::Milliseconds(50));
}

TEST(CompositionTest, TheSameCaseMerges) {
  const Files files = {
      {"a.json", R"({"network": {"latency": {"model": "uniform", "low": "5ms"}}})"}};
  const sim::Scenario scenario =
      Load(ScenarioWith(R"("use": ["a.json"], "network": {"latency": {"high": "7ms"}})"), files);
  EXPECT_EQ(scenario.network.uniform_low, core::Milliseconds(5));
  EXPECT_EQ(scenario.network.uniform_high, core::Milliseconds(7));
}

TEST(CompositionTest, PathsAreRelativeToTheFileThatNamesThem) {
  const Files files = {
      {"lib/a.json", R"({"use": ["../base/b.json"]})"},
      {"base/b.json", R"({"network": {"latency": {"model": "matrix", "file": "data/m.csv"}}})"},
      {"base/data/m.csv", "0 10\n10 0\n"}};
  const sim::Scenario scenario = Load(ScenarioWith(R"("use": ["lib/a.json"])"), files);
  EXPECT_EQ(scenario.network.matrix_side, 2u);
  EXPECT_EQ(scenario.network.file, "base/data/m.csv");
  EXPECT_TRUE(scenario.data_files.contains("base/data/m.csv"));
}

TEST(CompositionTest, TheFolderOfTheScenarioIsNoPartOfIt) {
  const std::string text =
      ScenarioWith(R"("network": {"latency": {"model": "matrix", "file": "m.csv"}})");
  sim::MapReader here(Files{{"m.csv", "0 10\n10 0\n"}});
  sim::MapReader there(Files{{"some/where/m.csv", "0 10\n10 0\n"}});
  const auto a = sim::ParseScenario(text, "a.json", {}, here);
  const auto b = sim::ParseScenario(text, "some/where/b.json", {}, there);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->hash, b->hash);
  EXPECT_EQ(a->canonical, b->canonical);
}

TEST(CompositionTest, OverridesComeLastAndInOrder) {
  const std::string text = ScenarioWith(R"("network": {"loss": "3%"})");
  EXPECT_EQ(LossOf(Load(text, {}, {{"network.loss", "5%"}, {"network.loss", "6%"}})), 60'000u);
  EXPECT_EQ(Load(text, {}, {{"seed", "7"}}).seed, 7u);
  EXPECT_TRUE(Load(text, {}, {{"network.bandwidth", "true"}}).network.bandwidth);
}

TEST(CompositionTest, OverridesReachListElementsByIndexAndByName) {
  const std::string text = ScenarioWith("");
  EXPECT_EQ(Load(text, {}, {{"groups[0].count", "5"}}).groups[0].count, 5u);
  EXPECT_EQ(Load(text, {}, {{"groups.seekers.count", "5"}}).groups[1].count, 5u);
}

TEST(CompositionTest, OverridesMakeWhatIsMissing) {
  const sim::Scenario scenario =
      Load(ScenarioWith(""), {}, {{"protocol.matchmaking.holders", "5"}});
  EXPECT_EQ(scenario.protocol.matchmaking.holders, 5);
}

TEST(CompositionTest, AnOverrideThatIsAnObjectReplaces) {
  const sim::Scenario scenario =
      Load(ScenarioWith(R"("network": {"latency": {"model": "fixed", "delay": "9ms"}})"), {},
           {{"network.latency", R"({"model": "uniform"})"}});
  EXPECT_EQ(scenario.network.model, sim::NetworkSpec::Model::kUniform);
}

TEST(CompositionTest, AnOverrideThatIsNotUtf8IsRefused) {
  const auto scenario = LoadText(ScenarioWith(""), {}, {{"name", "\xff"}});
  EXPECT_EQ(core::MessageOf(scenario.status()),
            "--set name:1:1: $: found \"\\xff\", which is not UTF-8, allowed valid UTF-8");
}

TEST(CompositionTest, CanonicalIgnoresOrderSpaceAndComments) {
  const sim::Scenario a = Load(ScenarioWith(R"("seed": 3, "about": "x")"));
  const sim::Scenario b = Load("// first\n" + ScenarioWith(R"("about" : "x" /* y */, "seed": 3)"));
  EXPECT_EQ(a.canonical, b.canonical);
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_NE(a.hash, Load(ScenarioWith(R"("seed": 4, "about": "x")")).hash);
}

TEST(CompositionTest, TheHashCoversEveryDataFile) {
  const std::string text =
      ScenarioWith(R"("network": {"latency": {"model": "matrix", "file": "m.csv"}})");
  const sim::Scenario a = Load(text, {{"m.csv", "0 10\n10 0\n"}});
  const sim::Scenario b = Load(text, {{"m.csv", "0 10\n11 0\n"}});
  EXPECT_EQ(a.canonical, b.canonical);
  EXPECT_NE(a.hash, b.hash);
}

TEST(CompositionTest, ACapsulesPartsAreTheScenarioAgain) {
  const Files files = {
      {"lib/base.json",
       R"({"network": {"latency": {"model": "regions", "file": "r.json"}, "jitter": "home"}})"},
      {"lib/r.json", tests::ParametersText()},
      {"t.txt", "5s\n7min\n"}};
  const sim::Scenario first = Load(
      R"({"schema": 1, "name": "n", "duration": "10min", "use": ["lib/base.json"], "groups": [
          {"name": "a", "count": 5, "churn": "fitted"}, {"name": "b", "count": 5, "churn": {
           "session": {"distribution": "trace", "file": "t.txt"}, "gap": {"distribution": "fixed", "value": "1s"}}}]})",
      files, {{"seed", "9"}});
  const auto again =
      sim::ReloadScenario(first.canonical, first.data_files, tests::TestVocabulary());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->hash, first.hash);
  EXPECT_EQ(again->canonical, first.canonical);
  EXPECT_EQ(sim::PrintScenario(*again), sim::PrintScenario(first));
}

TEST(CompositionTest, TooManyFilesAreRefused) {
  Files files;
  for (int level = 0; level < 5; ++level) {
    const std::string next = std::to_string(level + 1) + ".json";
    files[std::to_string(level) + ".json"] =
        R"({"use": [")" + next + R"(", ")" + next + R"(", ")" + next + "\"]}";
  }
  files["5.json"] = "{}";
  const auto scenario = LoadText(ScenarioWith(R"("use": ["0.json"])"), files);
  EXPECT_NE(core::MessageOf(scenario.status()).find("more than 64 files"), std::string_view::npos);
}

TEST(CompositionTest, ATextBeyondTheLimitIsRefused) {
  const auto scenario = LoadText(std::string(sim::kFileBytesMax + 1, ' '));
  EXPECT_EQ(core::MessageOf(scenario.status()),
            "scenario.json:1:1: $: found a file with more than 64 MiB, allowed a readable file of "
            "at most 64 MiB");
}

TEST(CompositionTest, ADataFileBeyondTheLimitIsRefused) {
  const auto scenario =
      LoadText(ScenarioWith(R"("network": {"latency": {"model": "matrix", "file": "m.csv"}})"),
               {{"m.csv", std::string(sim::kFileBytesMax + 1, ' ')}});
  EXPECT_NE(core::MessageOf(scenario.status()).find("the file \"m.csv\" with more than 64 MiB"),
            std::string_view::npos);
}

}  // namespace
