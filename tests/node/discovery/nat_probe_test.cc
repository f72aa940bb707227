#include "node/discovery/nat_probe.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::Ip;
using tests::kStart;
using tests::Public;

constexpr LinkId kA{1};
constexpr LinkId kB{2};
constexpr LinkId kC{3};

NatProber Asked() {
  NatProber prober(/*listens=*/true);
  prober.OnAsked(kA, 10, kStart);
  prober.OnAsked(kB, 20, kStart);
  prober.OnAsked(kC, 30, kStart);
  return prober;
}

NatResult Says(uint64_t token, bool reached) {
  return {token, reached, Ip("8.8.8.8")};
}

TEST(NatProberTest, ANodeThatDoesNotListenIsBehindNat) {
  EXPECT_EQ(NatProber(/*listens=*/false).verdict(), Reachability::kBehindNat);
}

TEST(NatProberTest, ATokenOverAForeignLinkIsProof) {
  NatProber prober = Asked();
  EXPECT_TRUE(prober.OnBack(20, /*over_own_link=*/false));
  prober.OnDeadline(kStart + NatProber::kWait);
  EXPECT_EQ(prober.verdict(), Reachability::kPublic);
}

TEST(NatProberTest, ATokenOverOurOwnLinkProvesNothing) {
  NatProber prober = Asked();
  EXPECT_FALSE(prober.OnBack(20, /*over_own_link=*/true));
  EXPECT_FALSE(prober.OnBack(99, /*over_own_link=*/false));
  prober.OnDeadline(kStart + NatProber::kWait);
  EXPECT_EQ(prober.verdict(), Reachability::kUnknown);
}

TEST(NatProberTest, OneWordIsNotEnoughAndTwoAre) {
  NatProber one = Asked();
  EXPECT_TRUE(one.OnResult(kA, Says(10, true)));
  one.OnDeadline(kStart + NatProber::kWait);
  EXPECT_EQ(one.verdict(), Reachability::kUnknown);
  NatProber two = Asked();
  EXPECT_TRUE(two.OnResult(kA, Says(10, true)));
  EXPECT_TRUE(two.OnResult(kB, Says(20, true)));
  two.OnDeadline(kStart + NatProber::kWait);
  EXPECT_EQ(two.verdict(), Reachability::kPublic);
  EXPECT_EQ(two.seen(), Ip("8.8.8.8"));
}

TEST(NatProberTest, NotReachedIsBehindNat) {
  NatProber prober = Asked();
  for (const auto& [link, token] : {std::pair{kA, 10}, std::pair{kB, 20}, std::pair{kC, 30}}) {
    EXPECT_TRUE(prober.OnResult(link, Says(static_cast<uint64_t>(token), false)));
  }
  EXPECT_FALSE(prober.open());  // All have spoken: no need to wait.
  EXPECT_EQ(prober.verdict(), Reachability::kBehindNat);
}

TEST(NatProberTest, SilenceIsUnknownAfterSixSeconds) {
  NatProber prober = Asked();
  EXPECT_EQ(prober.NextDeadline(), kStart + core::Seconds(6));
  prober.OnDeadline(kStart + core::Seconds(5));
  EXPECT_TRUE(prober.open());
  prober.OnDeadline(kStart + core::Seconds(6));
  EXPECT_FALSE(prober.open());
  EXPECT_EQ(prober.verdict(), Reachability::kUnknown);
  EXPECT_EQ(prober.NextDeadline(), core::Time::Never());
}

TEST(NatProberTest, ResultsCountOnceFromTheAskedPeerWithItsToken) {
  NatProber prober = Asked();
  EXPECT_FALSE(prober.OnResult(kA, Says(20, true)));
  EXPECT_FALSE(prober.OnResult(LinkId{9}, Says(10, true)));
  EXPECT_TRUE(prober.OnResult(kA, Says(10, true)));
  EXPECT_FALSE(prober.OnResult(kA, Says(10, true)));
  prober.OnLinkDown(kB);
  EXPECT_FALSE(prober.OnResult(kB, Says(20, true)));
  prober.OnDeadline(kStart + NatProber::kWait);
  EXPECT_EQ(prober.verdict(), Reachability::kUnknown);
}

TEST(DialBacksTest, OneGroupGetsAFewAtATimeAndAllTogetherABound) {
  DialBacks backs;
  uint64_t dial = 1;
  for (size_t i = 0; i < DialBacks::kOpenPerGroup; ++i) {
    EXPECT_TRUE(backs.Add(dial++, {kA, 1, Public(1, static_cast<uint32_t>(i)), kStart}));
  }
  EXPECT_FALSE(backs.Add(dial++, {kA, 1, Public(1, 99), kStart}));
  for (uint32_t group = 2; backs.size() < DialBacks::kOpenMax; ++group) {
    EXPECT_TRUE(backs.Add(dial++, {kA, 1, Public(group, 1), kStart}));
  }
  EXPECT_FALSE(backs.Add(dial++, {kA, 1, Public(500, 1), kStart}));
}

TEST(DialBacksTest, EachIsTakenOnce) {
  DialBacks backs;
  const core::Time end = kStart + DialBacks::kWait;
  ASSERT_TRUE(backs.Add(5, {kA, 77, Public(1, 1), end}));
  EXPECT_EQ(backs.NextDeadline(), end);
  EXPECT_FALSE(backs.TakeExpired(end - core::Microseconds(1)).has_value());
  const auto taken = backs.Take(5);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->token, 77u);
  EXPECT_FALSE(backs.Take(5).has_value());
  EXPECT_FALSE(backs.TakeExpired(end).has_value());
}

}  // namespace
}  // namespace node
