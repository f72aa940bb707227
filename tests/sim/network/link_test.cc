#include "sim/network/link.h"

#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "sim/network/drop.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

constexpr WorldTime kNow{core::Seconds(100).us};

TEST(LinkQueueTest, MessagesPassOneAfterTheOtherAtTheRate) {
  LinkQueue queue;
  // 1,000 bytes at 8,000 bit/s take a second.
  EXPECT_EQ(queue.Pass(kNow, 1000, 8'000, core::Seconds(5)), kNow + core::Seconds(1));
  EXPECT_EQ(queue.Pass(kNow, 1000, 8'000, core::Seconds(5)), kNow + core::Seconds(2));
  const WorldTime later = kNow + core::Seconds(10);
  EXPECT_EQ(queue.Pass(later, 1000, 8'000, core::Seconds(5)), later + core::Seconds(1));
}

TEST(LinkQueueTest, PartsOfAMicrosecondRoundUp) {
  LinkQueue queue;
  EXPECT_EQ(queue.Pass(kNow, 1, 1'000'000'000, core::Seconds(1)), kNow + Duration{1});
  EXPECT_EQ(queue.Pass(kNow, 0, 1'000'000'000, core::Seconds(1)), kNow + Duration{1});
}

TEST(LinkQueueTest, WhatWouldWaitTooLongIsDroppedAndCostsNothing) {
  LinkQueue queue;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(queue.Pass(kNow, 1000, 8'000, core::Seconds(2)).has_value());
  }
  const WorldTime busy_until = queue.free_at;
  EXPECT_EQ(queue.Pass(kNow, 1000, 8'000, core::Seconds(2)), std::nullopt);
  EXPECT_EQ(queue.free_at, busy_until);
  EXPECT_TRUE(queue.Pass(kNow + core::Seconds(1), 1000, 8'000, core::Seconds(2)).has_value());
}

TEST(LinkQueueTest, NoRateMeansNoLimit) {
  LinkQueue queue;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(queue.Pass(kNow, 1u << 30, 0, {}), kNow);
}

TEST(LinkTest, UpAndDownQueuesDelayAndDropInTheNetwork) {
  Scenario scenario = SmallWorld(2);
  scenario.network.bandwidth = true;
  scenario.network.queue_limit = core::Milliseconds(1500);
  scenario.groups[0].up_bits_per_s = 8'000;
  scenario.groups[0].down_bits_per_s = 4'000;
  const auto network = MakeNetwork(scenario);
  LinkState sender;
  EXPECT_EQ(network->Send({kNow, {0}, {1}, 0, 1000}, sender).delay, core::Milliseconds(1050));
  EXPECT_EQ(network->Send({kNow, {0}, {1}, 1, 1000}, sender).delay, core::Milliseconds(2050));
  EXPECT_EQ(network->Send({kNow, {0}, {1}, 2, 1000}, sender).reason, DropReason::kUpQueue);
  LinkState receiver;
  const ReceiverVerdict first = network->Receive({kNow, {0}, {1}, 0, 1000}, receiver);
  EXPECT_FALSE(first.dropped());
  EXPECT_EQ(first.at, kNow + core::Seconds(2));
  EXPECT_EQ(network->Receive({kNow, {0}, {1}, 1, 1000}, receiver).reason, DropReason::kDownQueue);
}

TEST(LinkTest, WithoutBandwidthNothingQueues) {
  Scenario scenario = SmallWorld(2);
  scenario.groups[0].up_bits_per_s = 8;
  const auto network = MakeNetwork(scenario);
  LinkState link;
  for (uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(network->Send({kNow, {0}, {1}, i, 1000}, link).delay, core::Milliseconds(50));
    EXPECT_EQ(network->Receive({kNow, {1}, {0}, i, 1000}, link).at, kNow);
  }
}

TEST(DropCountsTest, CountsAddUpByReason) {
  DropCounts a;
  DropCounts b;
  a.Add(DropReason::kNat);
  b.Add(DropReason::kNat);
  b.Add(DropReason::kLoss);
  a.Add(b);
  EXPECT_EQ(a.Of(DropReason::kNat), 2u);
  EXPECT_EQ(a.Of(DropReason::kLoss), 1u);
  EXPECT_EQ(NameOf(DropReason::kCorrupt), "corrupt");
  EXPECT_EQ(static_cast<size_t>(DropReason::kCorrupt) + 1, kDropReasons);
}

}  // namespace
}  // namespace sim
