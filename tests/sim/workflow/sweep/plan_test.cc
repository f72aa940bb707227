// Which runs a sweep makes: seeds, grids and shards as the command line says them.
#include "sim/workflow/sweep/plan.h"

#include <set>

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(SweepPlanTest, SeedsAreANumberOrARange) {
  EXPECT_EQ(ParseSeeds("7")->first, 1u);
  EXPECT_EQ(ParseSeeds("7")->count, 7u);
  EXPECT_EQ(ParseSeeds("5..20")->first, 5u);
  EXPECT_EQ(ParseSeeds("5..20")->count, 16u);
  for (const char* bad : {"", "0", "x", "5..", "..5", "6..5", "5.5", "-1", "1..1099511627777"}) {
    const auto parsed = ParseSeeds(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(core::MessageOf(parsed.status()),
              std::string("--seeds: found \"") + bad +
                  "\", allowed a number from 1 to 1099511627776, or a range such as 5..20");
  }
}

TEST(SweepPlanTest, AnAxisIsAPathAndItsValues) {
  EXPECT_EQ(ParseAxis("network.loss=1%")->values, std::vector<std::string>{"1%"});
  const auto axis = ParseAxis("swarm={\"draw\":[\"loss\",\"crash\"]},\"a,b\",3");
  EXPECT_EQ(axis->path, "swarm");
  const std::vector<std::string> values = {"{\"draw\":[\"loss\",\"crash\"]}", "\"a,b\"", "3"};
  EXPECT_EQ(axis->values, values);
  for (const char* bad : {"", "a", "=1", "a=", "a=1,", "a=,1"}) {
    EXPECT_FALSE(ParseAxis(bad).ok()) << bad;
  }
}

TEST(SweepPlanTest, AShardIsOneOfSome) {
  EXPECT_EQ(ParseShard("2/8")->index, 1u);
  EXPECT_EQ(ParseShard("2/8")->count, 8u);
  for (const char* bad : {"", "2", "0/8", "9/8", "1/0", "a/b", "1/"}) {
    EXPECT_FALSE(ParseShard(bad).ok()) << bad;
  }
}

TEST(SweepPlanTest, EveryCellIsInOneShardAndSeedsComeAtAllPointsInTurn) {
  SweepPlan plan{
      .seeds = {10, 4}, .axes = {{"a", {"x", "y"}}, {"b", {"1", "2", "3"}}}, .shard = {}};
  const std::vector<SweepCell> cells = CellsOf(plan);
  ASSERT_EQ(cells.size(), 24u);
  EXPECT_EQ(cells[0], (SweepCell{10, {"x", "1"}}));
  EXPECT_EQ(cells[1], (SweepCell{10, {"x", "2"}}));
  EXPECT_EQ(cells[3], (SweepCell{10, {"y", "1"}}));
  EXPECT_EQ(cells[6], (SweepCell{11, {"x", "1"}}));
  std::multiset<SweepCell> shards;
  plan.shard.count = 5;
  for (plan.shard.index = 0; plan.shard.index < 5; ++plan.shard.index) {
    for (const SweepCell& cell : CellsOf(plan)) shards.insert(cell);
  }
  EXPECT_EQ(shards, std::multiset<SweepCell>(cells.begin(), cells.end()));
}

TEST(SweepPlanTest, CountsTheCellsOfAShard) {
  SweepPlan plan{.seeds = {10, 4}, .axes = {{"a", {"x", "y", "z"}}}, .shard = {}};
  for (plan.shard.count = 1; plan.shard.count < 15; ++plan.shard.count) {
    for (plan.shard.index = 0; plan.shard.index < plan.shard.count; ++plan.shard.index)
      EXPECT_EQ(CountOf(plan), CellsOf(plan).size());
  }
}

TEST(SweepPlanTest, MoreRunsThanALedgerIsMadeForAreRefused) {
  SweepPlan plan{.seeds = {1, 20'000'000}, .axes = {}, .shard = {}};
  EXPECT_FALSE(Check(plan).ok());
  plan.shard.count = 2;
  EXPECT_TRUE(Check(plan).ok());
  plan.axes = {{"a", {"x", "y"}}};
  EXPECT_FALSE(Check(plan).ok());
}

}  // namespace
}  // namespace sim
