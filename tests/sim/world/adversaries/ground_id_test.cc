#include "sim/world/adversaries/ground_id.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

TEST(GroundIdTest, SharesTheLeadingBitsAskedFor) {
  const core::Key256 key = InventedId(12345);
  for (const uint32_t bits : {0u, 1u, 7u, 8u, 12u, 16u}) {
    const auto ground = GrindId(key, bits, 1000, InventedId);
    ASSERT_TRUE(ground.ok());
    EXPECT_GE(core::CommonPrefix(key, ground->id), static_cast<int>(bits));
    EXPECT_EQ(ground->id, InventedId(ground->seed));
    EXPECT_EQ(ground->seed, 1000 + ground->tries - 1);
  }
}

TEST(GroundIdTest, FindsTheFirstSeedSoThatGoingOnGivesAnother) {
  const core::Key256 key = InventedId(12345);
  const auto first = GrindId(key, 8, 0, InventedId);
  ASSERT_TRUE(first.ok());
  for (uint64_t seed = 0; seed < first->seed; ++seed) {
    EXPECT_LT(core::CommonPrefix(key, InventedId(seed)), 8);
  }
  const auto second = GrindId(key, 8, first->seed + 1, InventedId);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(first->id, second->id);
}

TEST(GroundIdTest, TakesAboutTwoToTheBitsTries) {
  uint64_t tries = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const auto ground = GrindId(InventedId(i), 8, i << 32, InventedId);
    ASSERT_TRUE(ground.ok());
    tries += ground->tries;
  }
  EXPECT_NEAR(static_cast<double>(tries) / 200, 256.0, 60.0);
}

TEST(GroundIdTest, RefusesWhatWouldTakeTooLong) {
  const auto refused = GrindId(InventedId(1), 25, 0, InventedId);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(core::MessageOf(refused.status()), "ground id: found 25 bits, allowed: 0 to 24");
}

TEST(GroundIdTest, GivesUpWhenTheIdsCannotReachTheKey) {
  core::Key256 key;
  key.FlipBit(0);
  const auto refused = GrindId(key, 4, 0, [](uint64_t) { return core::NodeId(); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(core::MessageOf(refused.status()), "ground id: no id with 4 bits in 1024 tries");
}

}  // namespace
}  // namespace sim
