#include "sim/workflow/divergence.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "sim/network/swarm.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

Checkpoint At(int64_t second, uint64_t value) {
  return {WorldTime{second * 1'000'000}, {value, value}};
}

TEST(DivergenceTest, TheLastAgreementIsBeforeTheFirstDifference) {
  EXPECT_EQ(LastAgreement({At(1, 5), At(2, 6), At(3, 7)}, {At(1, 5), At(2, 6), At(3, 8)}).us,
            2'000'000);
  EXPECT_EQ(LastAgreement({At(1, 5)}, {At(1, 6)}).us, 0);
  EXPECT_EQ(LastAgreement({At(1, 5), At(2, 6)}, {At(1, 5)}).us, 1'000'000);
}

TEST(DivergenceTest, TheFirstDifferingEventIsShownWithItsContext) {
  const std::string text = DifferenceText({"a\n", "b\n", "c\n"}, {"a\n", "b\n", "d\n"});
  EXPECT_NE(text.find("    a\n    b\n  1 c\n  2 d\n"), std::string::npos) << text;
  EXPECT_NE(DifferenceText({"a\n"}, {}).find("(no further event)"), std::string::npos);
}

// Two seeds stand for two runs that should have been one: the recorded stretches part at a named event.
TEST(DivergenceTest, RunsThatDifferPartAtAnEvent) {
  const Overrides short_run = {
      {"duration", "20s"}, {"phases", "{}"}, {"faults", "[]"}, {"workload", "[]"}};
  const auto drawn = [&](const std::string& seed) {
    Overrides overrides = short_run;
    overrides.emplace_back("seed", seed);
    return std::make_shared<const Scenario>(
        WithDrawnFaults(LoadOrFail("tests/determinism/every_feature.json", overrides)));
  };
  const auto one = drawn("7");
  const auto two = drawn("1000");
  const auto a = EventsAfter(one, {1, 1, WorldTime::Never(), nullptr}, WorldTime{4'000'000});
  const auto again = EventsAfter(one, {2, 7, WorldTime::Never(), nullptr}, WorldTime{4'000'000});
  const auto b = EventsAfter(two, {1, 1, WorldTime::Never(), nullptr}, WorldTime{4'000'000});
  ASSERT_TRUE(a.ok() && again.ok() && b.ok());
  EXPECT_GT(a->size(), 100u);
  EXPECT_EQ(*a, *again);
  EXPECT_EQ(DifferenceText(*a, *b).find("the narrated events agree"), std::string::npos);
}

}  // namespace
}  // namespace sim
