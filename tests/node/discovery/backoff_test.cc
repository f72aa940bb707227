#include "node/discovery/backoff.h"

#include <gtest/gtest.h>

namespace node {
namespace {

constexpr BackoffTerms kTerms = {core::Seconds(2), core::Seconds(60), 25};

TEST(BackoffTest, DelaysDoubleUpToTheCap) {
  core::Random random({.seed = 1});
  int64_t expected = 2'000'000;
  for (uint32_t failures = 1; failures <= 40; ++failures) {
    const core::Duration delay = BackoffDelay(kTerms, failures, random);
    EXPECT_GE(delay.us, expected * 3 / 4) << failures;
    EXPECT_LE(delay.us, expected * 5 / 4) << failures;
    expected = std::min<int64_t>(expected * 2, 60'000'000);
  }
}

TEST(BackoffTest, PeersThatFailedTogetherComeBackApart) {
  core::Random random({.seed = 1});
  const core::Duration first = BackoffDelay(kTerms, 5, random);
  EXPECT_NE(first, BackoffDelay(kTerms, 5, random));
}

TEST(BackoffTest, WaitsAfterAFailureAndNotAfterAReset) {
  core::Random random({.seed = 1});
  Backoff backoff;
  const core::Time now{5};
  EXPECT_TRUE(backoff.Ready(now));
  backoff.OnFailure(now, kTerms, random);
  EXPECT_FALSE(backoff.Ready(now + core::Seconds(1)));
  EXPECT_TRUE(backoff.Ready(now + core::Seconds(3)));
  backoff.OnFailure(now, kTerms, random);
  EXPECT_EQ(backoff.failures(), 2u);
  backoff.Reset();
  EXPECT_TRUE(backoff.Ready(now));
}

}  // namespace
}  // namespace node
