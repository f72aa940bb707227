#include "node/host/peer_clock.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace node {
namespace {

using core::Milliseconds;
using core::Seconds;

constexpr int64_t kStart = 1'700'000'000'000'000;

// A machine whose wall clock the test sets.
struct Machine {
  Moment now{{5'000'000}, {kStart}};

  void Run(core::Duration span) {
    now.steady = now.steady + span;
    now.wall = now.wall + span;
  }

  void Set(core::Duration by) { now.wall = now.wall + by; }
};

TEST(PeerClockTest, ItIsTheWallClock) {
  Machine machine;
  PeerClock clock(machine.now);
  machine.Run(Seconds(7));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart} + Seconds(7));
  EXPECT_FALSE(clock.TakeJump().has_value());
}

TEST(PeerClockTest, ItFollowsAJumpForwardAndSaysSoOnce) {
  Machine machine;
  PeerClock clock(machine.now);
  machine.Set(Seconds(3'600));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart} + Seconds(3'600));
  const auto jump = clock.TakeJump();
  ASSERT_TRUE(jump.has_value());
  EXPECT_EQ(jump->by, Seconds(3'600));
  EXPECT_FALSE(clock.TakeJump().has_value());
  EXPECT_EQ(clock.jumps_forward(), 1u);
  EXPECT_EQ(clock.jumps_back(), 0u);
}

TEST(PeerClockTest, AfterAJumpBackItRunsAtHalfSpeedUntilTheWallClockHasCaughtUp) {
  Machine machine;
  PeerClock clock(machine.now);
  machine.Set(Seconds(-60));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart});
  EXPECT_EQ(clock.TakeJump()->by, Seconds(-60));
  EXPECT_EQ(clock.ahead(), Seconds(60));
  machine.Run(Seconds(40));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart} + Seconds(20));
  machine.Run(Seconds(80));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart} + Seconds(60));
  EXPECT_EQ(clock.ahead(), Seconds(0));
  machine.Run(Seconds(5));
  EXPECT_EQ(clock.At(machine.now), core::Time{kStart} + Seconds(65));
  EXPECT_EQ(clock.jumps_back(), 1u);
}

TEST(PeerClockTest, SmallCorrectionsAreNoJumps) {
  Machine machine;
  PeerClock clock(machine.now);
  for (int i = 0; i < 100; ++i) {
    machine.Run(Seconds(1));
    machine.Set(Milliseconds(i % 2 == 0 ? 900 : -900));
    clock.At(machine.now);
  }
  EXPECT_EQ(clock.jumps_forward() + clock.jumps_back(), 0u);
}

TEST(PeerClockTest, DelayWaitsExactlyUntilTheDeadline) {
  for (const core::Duration set : {Seconds(0), Seconds(100), Seconds(-3), Seconds(-100)}) {
    Machine machine;
    PeerClock clock(machine.now);
    machine.Set(set);
    const core::Time deadline = clock.At(machine.now) + Seconds(10);
    const core::Duration delay = clock.Delay(deadline);
    machine.Run(delay - Milliseconds(1));
    EXPECT_LT(clock.At(machine.now), deadline) << set.us;
    machine.Run(Milliseconds(1));
    EXPECT_EQ(clock.At(machine.now), deadline) << set.us;
  }
}

TEST(PeerClockTest, ADeadlineInThePastIsDueNow) {
  Machine machine;
  const PeerClock clock(machine.now);
  EXPECT_EQ(clock.Delay(core::Time{kStart - 1}), core::Duration{});
}

TEST(PeerClockTest, WhateverIsDoneToTheWallClockItNeverRunsBackNorBehind) {
  core::Random random({.seed = 11, .purpose = core::Purpose::kTest});
  Machine machine;
  PeerClock clock(machine.now);
  core::Time last = clock.time();
  for (int i = 0; i < 20'000; ++i) {
    machine.Run(Milliseconds(random.Between(0, 2'000)));
    if (random.Chance({1, 10})) machine.Set(Milliseconds(random.Between(-5'000'000, 5'000'000)));
    const core::Time now = clock.At(machine.now);
    ASSERT_GE(now, last);
    ASSERT_GE(now.us, machine.now.wall.us);
    last = now;
  }
}

}  // namespace
}  // namespace node
