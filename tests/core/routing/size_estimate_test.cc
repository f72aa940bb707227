#include "core/routing/size_estimate.h"

#include <algorithm>
#include <iostream>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/fake_directory.h"
#include "tests/core/routing/small_net.h"

namespace core {
namespace {

// Relative errors in percent, sorted.
struct Errors {
  std::vector<int64_t> percent;

  void Add(uint64_t estimate, uint64_t truth) {
    const auto difference = static_cast<int64_t>(estimate) - static_cast<int64_t>(truth);
    percent.push_back(difference * 100 / static_cast<int64_t>(truth));
  }

  [[nodiscard]] int64_t Quantile(size_t per_cent) {
    std::sort(percent.begin(), percent.end());
    return percent[(percent.size() - 1) * per_cent / 100];
  }
};

// The top words of N random ids.
std::vector<uint64_t> Ids(uint64_t seed, size_t peers) {
  Random random(StreamKey{.seed = seed, .purpose = Purpose::kIdentity});
  std::vector<uint64_t> ids;
  for (size_t i = 0; i < peers; ++i) ids.push_back(random.Next());
  return ids;
}

uint64_t DistanceToNearest(const std::vector<uint64_t>& ids, uint64_t point, size_t k) {
  std::vector<uint64_t> distances;
  distances.reserve(ids.size());
  for (uint64_t id : ids) distances.push_back(id ^ point);
  std::nth_element(distances.begin(), distances.begin() + static_cast<std::ptrdiff_t>(k - 1),
                   distances.end());
  return distances[k - 1];
}

class SizeEstimateTest : public testing::TestWithParam<size_t> {};

// One point and k = 16: median within 6 %, 80 % of the estimates within -36 % and +41 % (measured).
TEST_P(SizeEstimateTest, OwnTableAloneIsRoughButUnbiased) {
  const size_t peers = GetParam();
  Errors errors;
  const std::vector<uint64_t> ids = Ids(peers, peers);
  Random random(StreamKey{.seed = peers});
  for (int round = 0; round < 200; ++round) {
    const uint64_t distance = DistanceToNearest(ids, random.Next(), 16);
    errors.Add(SizeEstimator().With(16, distance).peers, peers);
  }
  EXPECT_LE(std::abs(errors.Quantile(50)), 12);
  EXPECT_GE(errors.Quantile(10), -40);
  EXPECT_LE(errors.Quantile(90), 50);
}

// The own table and eight refresh lookups: 80 % of the estimates within 14 % (measured: -12 to
// +13).
TEST_P(SizeEstimateTest, EightLookupsCutTheSpreadToLessThanHalf) {
  const size_t peers = GetParam();
  Errors alone;
  Errors pooled;
  const std::vector<uint64_t> ids = Ids(peers + 1, peers);
  Random random(StreamKey{.seed = peers});
  for (int round = 0; round < 60; ++round) {
    SizeEstimator estimator;
    for (int lookup = 0; lookup < 8; ++lookup) {
      estimator.AddLookup(16, DistanceToNearest(ids, random.Next(), 16));
    }
    const uint64_t own = DistanceToNearest(ids, random.Next(), 16);
    pooled.Add(estimator.With(16, own).peers, peers);
    alone.Add(SizeEstimator().With(16, own).peers, peers);
  }
  EXPECT_LE(std::abs(pooled.Quantile(50)), 6);
  EXPECT_GE(pooled.Quantile(10), -18);
  EXPECT_LE(pooled.Quantile(90), 18);
  EXPECT_LT((pooled.Quantile(90) - pooled.Quantile(10)) * 2,
            alone.Quantile(90) - alone.Quantile(10));
}

INSTANTIATE_TEST_SUITE_P(Sizes, SizeEstimateTest, testing::Values(100, 1000, 10'000, 100'000));

TEST(SizeEstimateTest, ConfidenceGrowsWithTheGaps) {
  EXPECT_EQ(SizeEstimator().With(2, 1 << 20).confidence_ppm, 0u);
  EXPECT_EQ(SizeEstimator().With(5, 1 << 20).confidence_ppm, 500'000u);
  EXPECT_EQ(SizeEstimator().With(16, 1 << 20).confidence_ppm, 741'802u);
  SizeEstimator estimator;
  uint32_t last = estimator.With(16, 1 << 20).confidence_ppm;
  for (int i = 0; i < 8; ++i) {
    estimator.AddLookup(16, 1 << 20);
    const uint32_t confidence = estimator.With(16, 1 << 20).confidence_ppm;
    EXPECT_GT(confidence, last);
    last = confidence;
  }
  EXPECT_GE(last, 900'000u);
}

TEST(SizeEstimateTest, ExtremeDistancesNeitherOverflowNorDivideByZero) {
  constexpr auto kMost = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(SizeEstimator().With(0, 0).peers, 1u);
  EXPECT_GT(SizeEstimator().With(16, 0).peers, uint64_t{1} << 56);
  SizeEstimator estimator;
  for (int i = 0; i < 1000; ++i) estimator.AddLookup(1, kMost);
  EXPECT_LE(estimator.With(1, kMost).peers, 3u) << "the sum would have wrapped";
  EXPECT_GE(estimator.With(1, kMost).peers, 1u);
}

TEST(SizeEstimateTest, FormerLookupsFade) {
  SizeEstimator estimator;
  for (int i = 0; i < 40; ++i) estimator.AddLookup(16, uint64_t{1} << 60);  // 240 peers.
  const uint64_t before = estimator.With(16, uint64_t{1} << 60).peers;
  for (int i = 0; i < 40; ++i) estimator.AddLookup(16, uint64_t{1} << 56);  // 4,000 peers.
  const uint64_t after = estimator.With(16, uint64_t{1} << 56).peers;
  EXPECT_NEAR(static_cast<double>(before), 256.0, 20.0);
  EXPECT_GT(after, before * 5);
}

// ---- in a net ----

TEST(SizeEstimateTest, SmallNetworkIsCounted) {
  SmallNet net({.seed = 3, .peers = 14});
  net.StartWarm();
  for (uint32_t i = 0; i < 14; ++i) EXPECT_EQ(net.at(PeerId{i}).Estimate().peers, 14u);
}

TEST(SizeEstimateTest, RefreshedPeersKnowTheSizeOfTheNetwork) {
  SmallNet net({.seed = 3, .peers = 1000, .routing = {.refresh_interval = Seconds(60)}});
  net.StartWarm();
  Errors warm;
  for (uint32_t i = 0; i < 1000; ++i) warm.Add(net.at(PeerId{i}).Estimate().peers, 1000);
  net.RunUntil(Time{Seconds(100).us});
  Errors refreshed;
  for (uint32_t i = 0; i < 1000; ++i) refreshed.Add(net.at(PeerId{i}).Estimate().peers, 1000);
  EXPECT_LE(std::abs(warm.Quantile(50)), 12);
  EXPECT_LE(std::abs(refreshed.Quantile(50)), 8);
  EXPECT_LT(refreshed.Quantile(90) - refreshed.Quantile(10), 40);
  EXPECT_LT(refreshed.Quantile(90) - refreshed.Quantile(10), warm.Quantile(90) - warm.Quantile(10));
}

TEST(SizeEstimateTest, FewContactsGiveLittleConfidence) {
  SmallNet net({.seed = 3, .peers = 400});
  uint32_t last = 0;
  for (uint32_t known : {1u, 3u, 8u, 20u}) {
    SmallNet fresh({.seed = 3, .peers = 400});
    std::vector<PeerId> contacts;
    for (uint32_t i = 1; i <= known; ++i) contacts.push_back(PeerId{i});
    fresh.at(PeerId{0}).SeedRoutes(contacts);
    const uint32_t confidence = fresh.at(PeerId{0}).Estimate().confidence_ppm;
    EXPECT_GE(confidence, last);
    last = confidence;
  }
  EXPECT_GT(last, 0u);
}

}  // namespace
}  // namespace core
