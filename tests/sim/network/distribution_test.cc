#include "sim/network/distribution.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "sim/network/normal_quantile.h"

namespace sim {
namespace {

constexpr double kTwo64 = 18446744073709551616.0;

Distribution Of(Distribution::Kind kind, int64_t scale_us, uint64_t shape_ppm = 1'000'000) {
  Distribution d;
  d.kind = kind;
  d.scale = {scale_us};
  d.shape_ppm = shape_ppm;
  return d;
}

uint64_t Bits(double quantile) {
  return static_cast<uint64_t>(quantile * kTwo64);
}

double MeanOf(const Distribution& distribution, int count) {
  core::Random random({.seed = 5, .purpose = core::Purpose::kTest});
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    const uint64_t bits = random.Next();
    sum += static_cast<double>(Draw(distribution, bits, 0).us);
  }
  return sum / count;
}

TEST(DistributionTest, ExponentialQuantilesAreTheKnownOnes) {
  const Distribution d = Of(Distribution::Kind::kExponential, 1'000'000'000'000);
  for (const double u : {1e-6, 0.01, 0.25, 0.5, 0.9, 0.999, 1 - 1e-9}) {
    const double expected = -std::log1p(-u) * 1e12;
    EXPECT_NEAR(static_cast<double>(Draw(d, Bits(u), 0).us) / expected, 1.0, 1e-6) << u;
  }
}

TEST(DistributionTest, WeibullQuantilesAreTheKnownOnes) {
  for (const uint64_t shape_ppm : {200'000u, 590'000u, 1'000'000u, 2'500'000u}) {
    const Distribution d = Of(Distribution::Kind::kWeibull, 10'000'000'000, shape_ppm);
    for (const double u : {0.05, 0.25, 0.5, 0.9, 0.999}) {
      const double shape = static_cast<double>(shape_ppm) * 1e-6;
      const double expected = 1e10 * std::pow(-std::log1p(-u), 1 / shape);
      const double found = static_cast<double>(Draw(d, Bits(u), 0).us);
      EXPECT_NEAR(found, expected, 1e-7 * expected + 0.51) << shape << " at " << u;
    }
  }
}

TEST(DistributionTest, NormalQuantileIsOddAndAccurate) {
  for (double z = -6.2; z < 6.2; z += 0.0137) {
    const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
    const double found = static_cast<double>(NormalQuantileQ32(Bits(std::min(p, 0.5)))) / 0x1p32;
    ASSERT_NEAR(found, std::min(z, 0.0), 1e-6);
    const uint64_t bits = Bits(std::min(p, 0.999));
    ASSERT_EQ(NormalQuantileQ32(bits), -NormalQuantileQ32(~bits));
  }
  EXPECT_EQ(NormalQuantileQ32(0), -NormalQuantileQ32(~uint64_t{0}));
}

TEST(DistributionTest, LogNormalQuantilesAreTheKnownOnes) {
  const Distribution d = Of(Distribution::Kind::kLogNormal, 1'000'000'000, 1'200'000);
  // z of 0.5, 0.9, 0.975, 0.99, 0.01.
  const std::vector<std::pair<double, double>> known = {{0.5, 0.0},
                                                        {0.9, 1.2815515655446004},
                                                        {0.975, 1.9599639845400545},
                                                        {0.99, 2.3263478740408408},
                                                        {0.01, -2.3263478740408408}};
  for (const auto& [u, z] : known) {
    const double expected = 1e9 * std::exp(1.2 * z);
    EXPECT_NEAR(static_cast<double>(Draw(d, Bits(u), 0).us) / expected, 1.0, 2e-6) << u;
  }
}

TEST(DistributionTest, MeansAgreeWithTheParameters) {
  EXPECT_NEAR(MeanOf(Of(Distribution::Kind::kExponential, 1'000'000), 200000), 1e6, 1e4);
  // Weibull with shape 0.5: scale * gamma(3) = 2 scale.
  EXPECT_NEAR(MeanOf(Of(Distribution::Kind::kWeibull, 1'000'000, 500'000), 400000), 2e6, 4e4);
  // Log-normal: median * exp(sigma^2 / 2).
  EXPECT_NEAR(MeanOf(Of(Distribution::Kind::kLogNormal, 1'000'000, 500'000), 200000),
              1e6 * std::exp(0.125), 1e4);
  Distribution uniform;
  uniform.kind = Distribution::Kind::kUniform;
  uniform.low = {100};
  uniform.high = {300};
  EXPECT_NEAR(MeanOf(uniform, 100000), 200, 1);
}

TEST(DistributionTest, UniformReachesBothEndsAndNoFurther) {
  Distribution d;
  d.kind = Distribution::Kind::kUniform;
  d.low = {10};
  d.high = {12};
  EXPECT_EQ(Draw(d, 0, 0).us, 10);
  EXPECT_EQ(Draw(d, Bits(0.5), 0).us, 11);
  EXPECT_EQ(Draw(d, ~uint64_t{0}, 0).us, 12);
}

TEST(DistributionTest, TableIsLinearBetweenItsQuantiles) {
  Distribution d;
  d.kind = Distribution::Kind::kTable;
  d.quantiles_us = {0, 100, 1000};
  EXPECT_EQ(Draw(d, 0, 0).us, 0);
  EXPECT_EQ(Draw(d, Bits(0.25), 0).us, 50);
  EXPECT_EQ(Draw(d, Bits(0.5), 0).us, 100);
  EXPECT_EQ(Draw(d, Bits(0.75), 0).us, 550);
  EXPECT_EQ(Draw(d, ~uint64_t{0}, 0).us, 999);
  d.quantiles_us = {7};
  EXPECT_EQ(Draw(d, ~uint64_t{0}, 0).us, 7);
}

TEST(DistributionTest, TraceGivesItsValuesInTurn) {
  Distribution d;
  d.kind = Distribution::Kind::kTrace;
  d.quantiles_us = {30, 10, 20};
  for (uint64_t i = 0; i < 9; ++i) EXPECT_EQ(Draw(d, ~i, i).us, d.quantiles_us[i % 3]);
  EXPECT_EQ(SmallestDraw(d).us, 10);
}

TEST(DistributionTest, EveryKindRisesWithItsBits) {
  for (const auto kind : {Distribution::Kind::kExponential, Distribution::Kind::kWeibull,
                          Distribution::Kind::kLogNormal}) {
    const Distribution d = Of(kind, 1'000'000, 700'000);
    Duration last{-1};
    for (uint64_t i = 0; i < 100000; ++i) {
      const Duration next = Draw(d, i * 184467440737095ull, 0);
      ASSERT_GE(next, last);
      last = next;
    }
  }
}

TEST(DistributionTest, ExtremeTailsStayBounded) {
  for (const auto kind : {Distribution::Kind::kExponential, Distribution::Kind::kWeibull,
                          Distribution::Kind::kLogNormal}) {
    for (const uint64_t shape : {uint64_t{1}, uint64_t{10'000}, uint64_t{1'000'000'000}}) {
      const Distribution d = Of(kind, kDrawMax.us, shape);
      for (const uint64_t bits : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}, ~uint64_t{0} - 1}) {
        EXPECT_GE(Draw(d, bits, 0).us, 0);
        EXPECT_LE(Draw(d, bits, 0), kDrawMax);
      }
    }
  }
}

TEST(DistributionTest, WhatCannotBeDrawnFromIsRefused) {
  Distribution d;
  EXPECT_TRUE(Check(d).ok());
  d.low = {-1};
  EXPECT_FALSE(Check(d).ok());
  d = Of(Distribution::Kind::kWeibull, 1, 0);
  EXPECT_FALSE(Check(d).ok());
  d.kind = Distribution::Kind::kTable;
  EXPECT_FALSE(Check(d).ok());
  d.quantiles_us = {5, 4};
  EXPECT_FALSE(Check(d).ok());
  d.kind = Distribution::Kind::kTrace;
  EXPECT_TRUE(Check(d).ok());
  d.quantiles_us = {-5};
  EXPECT_FALSE(Check(d).ok());
  d.kind = Distribution::Kind::kUniform;
  d.low = {5};
  d.high = {4};
  EXPECT_FALSE(Check(d).ok());
}

// The stream itself is pinned: every golden run hangs on these bits.
TEST(DistributionTest, TheStreamIsPinned) {
  core::Random random({.seed = 1, .purpose = core::Purpose::kTest});
  core::Hasher hasher;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t bits = random.Next();
    hasher.Add(Draw(Of(Distribution::Kind::kExponential, 3'600'000'000), bits, 0).us);
    hasher.Add(Draw(Of(Distribution::Kind::kWeibull, 3'600'000'000, 590'000), bits, 0).us);
    hasher.Add(Draw(Of(Distribution::Kind::kLogNormal, 3'600'000'000, 1'500'000), bits, 0).us);
    hasher.Add(NormalQuantileQ32(bits));
  }
  EXPECT_EQ(core::ToHex(hasher.Result()), "cf04ef7aa7f98057397a34f274dd3169");
}

}  // namespace
}  // namespace sim
