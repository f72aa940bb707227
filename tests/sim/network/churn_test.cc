#include "sim/network/churn.h"

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

Scenario Churning(uint32_t count, Distribution::Kind kind, Duration session, Duration gap) {
  Scenario scenario = SmallWorld(count);
  scenario.warm = false;
  ChurnSpec& churn = scenario.groups[0].churn;
  churn.on = true;
  churn.session.kind = kind;
  churn.session.scale = session;
  churn.gap.kind = Distribution::Kind::kExponential;
  churn.gap.scale = gap;
  return scenario;
}

// Share of the time between `from` and `until` in which peers were up.
double ShareUp(const Scenario& scenario, WorldTime from, WorldTime until) {
  const Churn churn(scenario, 3);
  const uint32_t peers = scenario.groups[0].count;
  ChurnQueue queue(churn, peers);
  std::vector<int64_t> since(peers, -1);
  double up_us = 0;
  const auto clip = [&](int64_t a, int64_t b) {
    return static_cast<double>(std::max<int64_t>(std::min(b, until.us) - std::max(a, from.us), 0));
  };
  while (const std::optional<Transition> t = queue.TakeDue(until)) {
    int64_t& start = since[t->peer.value];
    EXPECT_EQ(start < 0, t->up);
    if (!t->up) up_us += clip(start, t->at.us);
    start = t->up ? t->at.us : -1;
  }
  for (const int64_t start : since) {
    if (start >= 0) up_us += clip(start, until.us);
  }
  return up_us / static_cast<double>((until - from).us) / peers;
}

// A warm network has settled before the run: the share is right from the first minute, and few leave at once.
TEST(ChurnTest, AWarmNetworkBeginsSettled) {
  Scenario scenario =
      Churning(3000, Distribution::Kind::kExponential, core::Minutes(30), core::Minutes(10));
  scenario.warm = true;
  EXPECT_NEAR(ShareUp(scenario, {0}, {core::Minutes(1).us}), 0.75, 0.03);
  EXPECT_NEAR(ShareUp(scenario, {core::Minutes(20).us}, {core::Minutes(21).us}), 0.75, 0.03);
  scenario.groups[0].churn.session.kind = Distribution::Kind::kWeibull;
  scenario.groups[0].churn.session.shape_ppm = 500'000;
  const Churn churn(scenario, 3);
  uint32_t up = 0;
  uint32_t leave = 0;
  for (uint32_t i = 0; i < 3000; ++i) {
    if (churn.ArrivalOf({i}).us != 0) continue;
    ++up;
    leave += churn.SessionOf({i}, 0) < core::Minutes(3) ? 1 : 0;
  }
  // Fresh sessions of this law end within three minutes for 27 % of the peers, those of a settled network for about 4 %.
  EXPECT_LT(leave * 100, up * 8);
  EXPECT_GT(leave, 0u);
}

TEST(ChurnTest, TheShareThatIsUpSettlesAtTheRatioOfTheMeans) {
  const WorldTime from{core::Minutes(200).us};
  const WorldTime until{core::Minutes(600).us};
  const Scenario exponential =
      Churning(2000, Distribution::Kind::kExponential, core::Minutes(30), core::Minutes(10));
  EXPECT_NEAR(ShareUp(exponential, from, until), 0.75, 0.01);
  // Weibull of shape 0.5 has twice its scale as mean: 60 of 70 minutes.
  Scenario weibull =
      Churning(2000, Distribution::Kind::kWeibull, core::Minutes(30), core::Minutes(10));
  weibull.groups[0].churn.session.shape_ppm = 500'000;
  EXPECT_NEAR(ShareUp(weibull, {core::Minutes(2000).us}, {core::Minutes(4000).us}), 6.0 / 7.0,
              0.01);
}

TEST(ChurnTest, TransitionsComeInOrderAndAlternate) {
  Scenario scenario =
      Churning(50, Distribution::Kind::kExponential, core::Seconds(5), core::Seconds(5));
  const Churn churn(scenario, 1);
  ChurnQueue queue(churn, 50);
  std::vector<Transition> last(50, Transition{{}, {}, 0, false});
  std::tuple<int64_t, uint32_t> before{-1, 0};
  int count = 0;
  while (const std::optional<Transition> t = queue.TakeDue({core::Minutes(5).us})) {
    const std::tuple<int64_t, uint32_t> now{t->at.us, t->peer.value};
    ASSERT_LT(before, now);
    before = now;
    Transition& previous = last[t->peer.value];
    ASSERT_NE(previous.up, t->up);
    if (!t->up) {
      ASSERT_EQ(t->incarnation, previous.incarnation);
      ASSERT_EQ(t->at - previous.at, churn.SessionOf(t->peer, t->incarnation));
    } else if (t->at.us > 0) {
      ASSERT_EQ(t->incarnation, previous.incarnation + 1);
      ASSERT_EQ(t->at - previous.at, churn.GapAfter(t->peer, previous.incarnation));
    }
    previous = *t;
    ++count;
  }
  EXPECT_GT(count, 2000);
  EXPECT_GT(queue.NextAt().us, core::Minutes(5).us);
}

TEST(ChurnTest, ArrivalsAreSpreadEvenlyOverTheirTime) {
  Scenario scenario = SmallWorld(10);
  scenario.warm = false;
  Group& late = AddGroup(scenario, "late", 100);
  late.start_at = core::Seconds(30);
  late.start_over = core::Seconds(5);
  const Churn churn(scenario, 1);
  EXPECT_FALSE(churn.IsOn({10}));
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(churn.ArrivalOf({10 + i}).us, 30'000'000 + i * 50'000);
  }
  ChurnQueue queue(churn, 110);
  int arrived = 0;
  while (queue.TakeDue({core::Seconds(30).us})) ++arrived;
  EXPECT_EQ(arrived, 11);
  while (const auto t = queue.TakeDue({core::Minutes(60).us})) {
    EXPECT_TRUE(t->up);
    ++arrived;
  }
  EXPECT_EQ(arrived, 110);
  EXPECT_EQ(queue.NextAt(), WorldTime::Never());
}

TEST(ChurnTest, PhasesHangOnSeedPeerAndIncarnationAlone) {
  const Scenario scenario =
      Churning(50, Distribution::Kind::kExponential, core::Minutes(5), core::Minutes(5));
  const Scenario larger =
      Churning(99, Distribution::Kind::kExponential, core::Minutes(5), core::Minutes(5));
  const Churn a(scenario, 1);
  const Churn b(larger, 1);
  const Churn c(scenario, 2);
  EXPECT_EQ(a.SessionOf({7}, 3), b.SessionOf({7}, 3));
  EXPECT_NE(a.SessionOf({7}, 3), c.SessionOf({7}, 3));
  EXPECT_NE(a.SessionOf({7}, 3), a.SessionOf({7}, 4));
  EXPECT_NE(a.SessionOf({7}, 3), a.SessionOf({8}, 3));
  EXPECT_NE(a.SessionOf({7}, 3), a.GapAfter({7}, 3));
}

TEST(ChurnTest, EvenSessionsOfNothingLetTimeAdvance) {
  const Scenario scenario = Churning(2, Distribution::Kind::kExponential, {}, {});
  const Churn churn(scenario, 1);
  ChurnQueue queue(churn, 2);
  int count = 0;
  while (queue.TakeDue({core::Seconds(1).us})) ++count;
  EXPECT_LE(count, 2 * 1001);
}

TEST(ChurnTest, TracesAreUsedInTurn) {
  Scenario scenario = Churning(3, Distribution::Kind::kTrace, {}, core::Seconds(1));
  scenario.groups[0].churn.session.quantiles_us = {1'000'000, 2'000'000, 3'000'000, 4'000'000};
  const Churn churn(scenario, 1);
  EXPECT_EQ(churn.SessionOf({0}, 0), core::Seconds(1));
  EXPECT_EQ(churn.SessionOf({2}, 0), core::Seconds(3));
  EXPECT_EQ(churn.SessionOf({0}, 1), core::Seconds(4));
  EXPECT_EQ(churn.SessionOf({1}, 1), core::Seconds(1));
}

TEST(ChurnTest, AMillionPeersCostSixteenBytesEach) {
  const Scenario scenario =
      Churning(1'000'000, Distribution::Kind::kExponential, core::Minutes(30), core::Minutes(10));
  const Churn churn(scenario, 1);
  ChurnQueue queue(churn, 1'000'000);
  EXPECT_LE(queue.MemoryUsage(), 16'000'000u);
  int count = 0;
  while (queue.TakeDue({core::Minutes(1).us})) ++count;
  EXPECT_GT(count, 1'030'000);
  EXPECT_LE(queue.MemoryUsage(), 16'000'000u);
}

TEST(ChurnTest, ABrokenDistributionIsRefusedWithItsPlace) {
  Scenario scenario = Churning(3, Distribution::Kind::kTrace, {}, core::Seconds(1));
  const core::Status status = Churn::Check(scenario);
  EXPECT_EQ(core::MessageOf(status),
            "group all: churn session: distribution: found an empty table, allowed: one value or "
            "more");
  scenario.groups[0].churn.on = false;
  EXPECT_TRUE(Churn::Check(scenario).ok());
}

}  // namespace
}  // namespace sim
