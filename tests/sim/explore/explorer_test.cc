// The search leaves nothing out within its bounds, counts right, passes the strict rules and finds what is wrong with others.
#include "sim/explore/explorer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/observe/watch.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

constexpr const char* kFile = "scenarios/two_writers.json";
constexpr uint32_t kAny = 1000;

Exploration Explore(const Scenario& scenario, const Bounds& bounds) {
  return Explorer(scenario, bounds, nullptr).Run();
}

const Ruling& RulingOf(const Exploration& all, std::string_view check) {
  return *std::find_if(all.checks.begin(), all.checks.end(),
                       [&](const Ruling& found) { return found.info.id == check; });
}

// All orders of so many deliveries, one by one.
uint64_t CountOrders(const Scenario& scenario, const Identities& identities, size_t depth) {
  std::vector<std::vector<Move>> orders = {{}};
  for (size_t i = 0; i < depth; ++i) {
    std::vector<std::vector<Move>> longer;
    for (const std::vector<Move>& order : orders) {
      SmallWorld world(scenario, identities, nullptr);
      for (const Move& move : order) (void)world.Make(move);
      for (const Move& move : world.Moves()) {
        if (move.kind == Move::Kind::kPassTime) continue;
        longer.push_back(order);
        longer.back().push_back(move);
      }
    }
    orders = std::move(longer);
  }
  return orders.size();
}

TEST(ExplorerTest, CountsWhatABruteForceCounts) {
  const Scenario scenario = LoadOrFail(kFile);
  const Identities identities(scenario);
  const uint64_t orders = CountOrders(scenario, identities, 5);
  const Exploration all = Explore(scenario, {.depth = 5, .deviations = kAny});
  EXPECT_EQ(all.schedules, orders);
  EXPECT_GT(orders, 500u);
  EXPECT_LT(all.worlds, orders);
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(all.ends, 0u);
  EXPECT_GT(all.cut, 0u);
}

TEST(ExplorerTest, WithoutDeviationsThereIsOneSchedule) {
  const Exploration all = Explore(LoadOrFail(kFile), {.deviations = 0});
  EXPECT_EQ(all.schedules, 1u);
  EXPECT_EQ(all.ends, 1u);
  EXPECT_EQ(all.worlds, all.moves + 1);
}

TEST(ExplorerTest, TheStrictRulesStandEveryOrderWithTwoDeviations) {
  const Exploration all = Explore(LoadOrFail(kFile), {.deviations = 2});
  EXPECT_TRUE(all.whole);
  EXPECT_FALSE(all.failed);
  EXPECT_GT(all.schedules, 3000u);
  for (const char* check : {"BR-2", "BR-3", "TX-1", "TX-2", "TX-3"}) {
    EXPECT_GT(RulingOf(all, check).premises, 0u) << check;
    EXPECT_EQ(RulingOf(all, check).violated, 0u) << check;
  }
}

// Scenario 3: whoever crashes, at whatever point, having told whatever part of the others.
TEST(ExplorerTest, TheStrictRulesStandACrashAtEveryPoint) {
  for (const char* members : {"4", "7"}) {
    const Scenario scenario = LoadOrFail(
        kFile, {{"groups[0].count", members}, {"protocol.transactions.cluster_size", members}});
    const Exploration all = Explore(scenario, {.deviations = 0, .crashes = 1, .timeouts = 1});
    EXPECT_TRUE(all.whole);
    EXPECT_FALSE(all.failed) << members;
    EXPECT_GT(all.schedules, 100u) << members;
  }
}

TEST(ExplorerTest, FindsWhatIsWrongWithUpstreamsRules) {
  const Scenario scenario = LoadOrFail(kFile, {{"profile", "upstream"}});
  const Exploration all = Explore(scenario, {.deviations = 1, .timeouts = 1});
  ASSERT_TRUE(all.failed);
  EXPECT_FALSE(all.whole);
  // The schedule that it names fails by itself.
  const Identities identities(scenario);
  Watch watch;
  SmallWorld world(scenario, identities, &watch.observers());
  for (const Move& move : all.failing) (void)world.Make(move);
  world.RunOn();
  size_t violated = 0;
  for (const Checker* checker : watch.checkers()) {
    if (checker->info().check_class == CheckClass::kSafety && checker->violations() > 0) ++violated;
  }
  EXPECT_GT(violated, 0u);
}

TEST(ExplorerTest, SaysThatItGaveUp) {
  const Exploration all = Explore(LoadOrFail(kFile), {.deviations = 2, .worlds = 100});
  EXPECT_FALSE(all.whole);
  EXPECT_FALSE(all.failed);
  EXPECT_GT(all.schedules, 0u);
  const std::atomic<bool> stop{true};
  EXPECT_FALSE(Explorer(LoadOrFail(kFile), {}, &stop).Run().whole);
}

}  // namespace
}  // namespace sim
