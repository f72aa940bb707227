#include "core/arachnode/placement.h"

#include <vector>

#include <gtest/gtest.h>

namespace core {
namespace {

Overlap Each(uint32_t holders, uint32_t inner = 0) {
  Overlap overlap;
  for (uint32_t i = 0; i < 4; ++i) overlap.Add(holders, inner);
  return overlap;
}

class PlacementTest : public testing::Test {
 protected:
  RingMove Decide(uint8_t ring, uint64_t used_percent, const Halves& halves) {
    placement_.Sample(config_, used_percent, 100);
    return placement_.Decide(config_, ring, halves);
  }

  ArachnodeConfig config_;
  Placement placement_;
};

TEST_F(PlacementTest, AFullNodeMovesOutWhileOthersKeepTheFloor) {
  EXPECT_EQ(Decide(3, 90, {.shed = Each(3), .gained = Each(3)}), RingMove::kOut);
}

TEST_F(PlacementTest, TheFloorForbidsAFullNodeToMoveOut) {
  Overlap thin = Each(9);
  thin.Add(2, 0);
  EXPECT_EQ(Decide(3, 90, {.shed = thin, .gained = Each(9)}), RingMove::kStay);
  EXPECT_TRUE(placement_.IsFull(config_));
}

// Often at first, then once per dwell; at once when the fullness has become another one, and after a move.
TEST_F(PlacementTest, WhoStaysLooksLessOften) {
  placement_.Sample(config_, 10, 100);
  Time now{config_.dwell.us};
  placement_.Settle(now);
  now = now + config_.dwell;
  std::vector<int64_t> waits_s;
  while (waits_s.size() < 6) {
    placement_.Stay(config_, now);
    const Time looked = now;
    while (!placement_.MayMove(config_, now)) now = now + Seconds(1);
    waits_s.push_back((now - looked).us / 1'000'000);
  }
  EXPECT_EQ(waits_s, (std::vector<int64_t>{60, 120, 240, 480, 600, 600}));
  placement_.Stay(config_, now);
  for (int i = 0; i < 10; ++i) placement_.Sample(config_, 60, 100);
  EXPECT_TRUE(placement_.MayMove(config_, now)) << "it has no room any more";
  placement_.Stay(config_, now);
  placement_.Settle(now);
  EXPECT_FALSE(placement_.MayMove(config_, now + config_.dwell - Seconds(1)));
  EXPECT_TRUE(placement_.MayMove(config_, now + config_.dwell));
}

TEST_F(PlacementTest, ACrowdedHalfIsShedHoweverMuchRoomThereIs) {
  EXPECT_EQ(Decide(0, 1, {.shed = Each(23), .gained = {}}), RingMove::kOut);
  EXPECT_EQ(Decide(0, 1, {.shed = Each(22), .gained = {}}), RingMove::kStay);
}

// Otherwise the first that moves out goes on alone: it sees one holder more than those behind it.
TEST_F(PlacementTest, OfACrowdThoseFurthestInGoFirst) {
  EXPECT_EQ(Decide(1, 1, {.shed = Each(24, 12), .gained = Each(24)}), RingMove::kOut);
  EXPECT_EQ(Decide(1, 1, {.shed = Each(24, 13), .gained = Each(24)}), RingMove::kStay);
}

TEST_F(PlacementTest, WhoIsFullGoesBeforeThoseFurtherIn) {
  EXPECT_EQ(Decide(1, 90, {.shed = Each(24, 24), .gained = Each(24)}), RingMove::kOut);
}

TEST_F(PlacementTest, ANodeWithRoomMovesInWhereHoldersAreFew) {
  EXPECT_EQ(Decide(3, 10, {.shed = Each(12), .gained = Each(7)}), RingMove::kIn);
  EXPECT_EQ(Decide(3, 10, {.shed = Each(12), .gained = Each(8)}), RingMove::kStay);
}

TEST_F(PlacementTest, ANodeWithoutRoomDoesNotMoveIn) {
  EXPECT_EQ(Decide(3, 60, {.shed = Each(12), .gained = Each(1)}), RingMove::kStay);
}

TEST_F(PlacementTest, TheEndsOfTheRingsHold) {
  EXPECT_EQ(Decide(0, 10, {.shed = Each(12), .gained = Each(0)}), RingMove::kStay);
  EXPECT_EQ(Decide(limits::kRingMax, 90, {.shed = Each(30), .gained = Each(30)}), RingMove::kStay);
}

TEST_F(PlacementTest, WithoutASampleNothingMoves) {
  EXPECT_EQ(Decide(3, 90, {}), RingMove::kStay);
  EXPECT_EQ(Decide(3, 5, {}), RingMove::kStay);
}

// A whole ring that sheds at once must not fall below overlap_low, or it would come back.
TEST_F(PlacementTest, SheddingTogetherLeavesEnough) {
  EXPECT_GE(config_.overlap_high / 2, config_.overlap_low);
}

TEST_F(PlacementTest, SamplesAreSmoothed) {
  placement_.Sample(config_, 50, 100);
  EXPECT_EQ(placement_.used_ppm(), 500'000u);
  placement_.Sample(config_, 100, 100);
  EXPECT_EQ(placement_.used_ppm(), 600'000u);
}

TEST_F(PlacementTest, DwellKeepsANodeWhereItIs) {
  const Time start{Seconds(1000).us};
  EXPECT_FALSE(placement_.MayMove(config_, start));  // Not sampled.
  placement_.Sample(config_, 1, 100);
  placement_.Settle(start);
  EXPECT_FALSE(placement_.MayMove(config_, start + config_.dwell - Microseconds(1)));
  EXPECT_TRUE(placement_.MayMove(config_, start + config_.dwell));
}

// 1.2.8: with equal nodes the free share is one over their number, so the depth is its logarithm.
TEST_F(PlacementTest, TheFreeShareOfEqualNodesIsTheLogarithmOfTheirNumber) {
  const auto depth = [](uint64_t peers) {
    return FreeShareDepth({.own_free = 1000, .mean_free = 1000, .peers = peers});
  };
  EXPECT_EQ(depth(1), 0u);
  EXPECT_EQ(depth(8), 3000u);
  EXPECT_NEAR(depth(10), 3322, 1);
  EXPECT_NEAR(depth(1000), 9966, 1);
  EXPECT_EQ(depth(uint64_t{1} << 40), limits::kRingMax * 1000u);
}

TEST_F(PlacementTest, TheFreeShareMovesBeyondItsDeadBand) {
  const auto decide = [&](uint8_t ring) {
    return placement_.Decide(config_, ring,
                             {.own_free = 1000, .mean_free = 1000, .peers = 10});  // 3.32
  };
  EXPECT_EQ(decide(2), RingMove::kOut);
  EXPECT_EQ(decide(3), RingMove::kStay);
  EXPECT_EQ(decide(4), RingMove::kIn);
}

}  // namespace
}  // namespace core
