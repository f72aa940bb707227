#include "sim/network/clocks.h"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

Scenario Skewed(uint32_t count, Duration offset, uint32_t drift_ppm) {
  Scenario scenario = SmallWorld(count);
  scenario.groups[0].clock.offset = offset;
  scenario.groups[0].clock.drift_ppm = drift_ppm;
  return scenario;
}

TEST(ClocksTest, TrueClocksCostNothing) {
  const Scenario scenario = SmallWorld(1000);
  const Clocks clocks(scenario, 1);
  EXPECT_FALSE(clocks.IsSkewed());
  EXPECT_EQ(clocks.MemoryUsage(), 0u);
  EXPECT_EQ(clocks.LocalAt({5}, {123}).us, 123);
  EXPECT_EQ(clocks.WorldAt({5}, {123}).us, 123);
  EXPECT_EQ(clocks.WorldAt({5}, core::Time::Never()), WorldTime::Never());
}

TEST(ClocksTest, SkewedClocksCostSixteenBytes) {
  const Scenario scenario = Skewed(1000, core::Milliseconds(300), 50);
  const Clocks clocks(scenario, 1);
  EXPECT_EQ(clocks.MemoryUsage(), 16'000u);
}

TEST(ClocksTest, OffsetsAndDriftsFillTheirRangesBothWays) {
  const Scenario scenario = Skewed(20'000, core::Milliseconds(300), 100);
  const Clocks clocks(scenario, 1);
  int64_t least = 0;
  int64_t most = 0;
  int64_t sum = 0;
  int64_t drift_most = 0;
  for (uint32_t i = 0; i < 20'000; ++i) {
    const int64_t offset = clocks.LocalAt({i}, {0}).us;
    least = std::min(least, offset);
    most = std::max(most, offset);
    sum += offset;
    const int64_t day = 86'400'000'000;
    drift_most = std::max(drift_most, clocks.LocalAt({i}, {day}).us - day - offset);
  }
  EXPECT_GE(least, -300'000);
  EXPECT_LE(least, -299'000);
  EXPECT_LE(most, 300'000);
  EXPECT_GE(most, 299'000);
  EXPECT_NEAR(static_cast<double>(sum) / 20'000, 0.0, 4'000.0);
  EXPECT_LE(drift_most, 8'640'000);
  EXPECT_GE(drift_most, 8'600'000);
}

TEST(ClocksTest, OnlyTheSkewedGroupIsSkewed) {
  Scenario scenario = SmallWorld(5);
  AddGroup(scenario, "odd", 5).clock.offset = core::Seconds(1);
  const Clocks clocks(scenario, 1);
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(clocks.LocalAt({i}, {77}).us, 77);
  EXPECT_NE(clocks.LocalAt({5}, {77}).us, 77);
}

TEST(ClocksTest, AJumpMovesOnePeerBothInReadingAndInWaking) {
  const Scenario scenario = SmallWorld(5);
  Clocks clocks(scenario, 1);
  clocks.Jump({2}, core::Seconds(10));
  EXPECT_EQ(clocks.LocalAt({2}, {100}).us, 10'000'100);
  EXPECT_EQ(clocks.LocalAt({1}, {100}).us, 100);
  EXPECT_EQ(clocks.WorldAt({2}, {12'000'000}).us, 2'000'000);
  EXPECT_EQ(clocks.WorldAt({2}, {5}).us, 0);
  clocks.Jump({2}, core::Seconds(-15));
  EXPECT_EQ(clocks.LocalAt({2}, {100}).us, -4'999'900);
}

TEST(ClocksTest, ImpossibleClocksAreRefused) {
  EXPECT_FALSE(Clocks::Check(Skewed(1, {}, 500'001)).ok());
  EXPECT_FALSE(Clocks::Check(Skewed(1, {-1}, 0)).ok());
  EXPECT_TRUE(Clocks::Check(Skewed(1, core::Seconds(9), 500'000)).ok());
}

RC_GTEST_PROP(ClocksPropertyTest, WakingIsExactAndReadingNeverGoesBack, (uint64_t seed)) {
  core::Random random({.seed = seed, .purpose = core::Purpose::kTest});
  const Duration offset{random.Between(0, 10'000'000)};
  const uint32_t drift = static_cast<uint32_t>(random.Below(Clocks::kDriftMaxPpm + 1));
  const Scenario scenario = Skewed(20, offset, drift);
  Clocks clocks(scenario, seed);
  for (uint32_t i = 0; i < 20; ++i) {
    const core::PeerId peer{i};
    if (random.Chance({1, 2})) clocks.Jump(peer, {random.Between(-9'000'000, 9'000'000)});
    const WorldTime at{random.Between(0, int64_t{1} << 50)};
    // Reading never goes back.
    RC_ASSERT(clocks.LocalAt(peer, at) <= clocks.LocalAt(peer, at + Duration{1}));
    // The first instant that shows `local` or more: never early, never a microsecond late.
    const core::Time local{clocks.LocalAt(peer, {0}).us + random.Between(0, int64_t{1} << 50)};
    const WorldTime wake = clocks.WorldAt(peer, local);
    RC_ASSERT(clocks.LocalAt(peer, wake) >= local);
    RC_ASSERT(wake.us == 0 || clocks.LocalAt(peer, wake - Duration{1}) < local);
    // Round trip: the wake-up for what the clock shows now is not after now.
    RC_ASSERT(clocks.WorldAt(peer, clocks.LocalAt(peer, at)) <= at);
  }
}

}  // namespace
}  // namespace sim
