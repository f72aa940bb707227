#include "sim/observe/histogram.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sim {
namespace {

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int64_t value = 1; value <= 60; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.count(), 60u);
  EXPECT_EQ(histogram.sum(), 1830);
  EXPECT_EQ(histogram.Quantile(500'000), 30);
  EXPECT_EQ(histogram.Quantile(900'000), 54);
  EXPECT_EQ(histogram.Quantile(1'000'000), 60);
  EXPECT_EQ(histogram.Quantile(0), 1);
  EXPECT_EQ(histogram.min(), 1);
  EXPECT_EQ(histogram.Mean(), 30);
}

TEST(HistogramTest, AnEmptyOneIsAllZero) {
  Histogram histogram;
  EXPECT_EQ(histogram.Quantile(990'000), 0);
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_EQ(histogram.min(), 0);
}

TEST(HistogramTest, ANegativeValueCountsAsZero) {
  Histogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.sum(), 0);
}

TEST(HistogramTest, ClearForgetsEverything) {
  Histogram histogram;
  histogram.Record(1'000'000);
  histogram.Clear();
  histogram.Record(3);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.Quantile(500'000), 3);
  EXPECT_EQ(histogram.max(), 3);
}

TEST(HistogramTest, TheLargestIntegersHaveABucket) {
  Histogram histogram;
  histogram.Record(INT64_MAX);
  histogram.Record(INT64_MAX - 1);
  EXPECT_EQ(histogram.Quantile(500'000), INT64_MAX);
  EXPECT_EQ(histogram.max(), INT64_MAX);
}

RC_GTEST_PROP(HistogramProperty, QuantilesAreAtMostAThirtySecondTooHigh, ()) {
  const auto drawn = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 1'000'000'000)));
  const auto ppm = *rc::gen::inRange<uint32_t>(1, 1'000'001);
  Histogram histogram;
  for (const int64_t value : drawn) histogram.Record(value);
  std::vector<int64_t> sorted = drawn;
  std::sort(sorted.begin(), sorted.end());
  const uint64_t rank = (sorted.size() * ppm + 999'999) / 1'000'000;
  const int64_t exact = sorted[rank - 1];
  const int64_t found = histogram.Quantile(ppm);
  RC_ASSERT(found >= exact);
  RC_ASSERT(found - exact <= exact / 32);
}

RC_GTEST_PROP(HistogramProperty, TheOrderOfAddingDoesNotMatter, ()) {
  const auto a = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 100'000));
  const auto b = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 100'000));
  Histogram left;
  Histogram right;
  Histogram both;
  for (const int64_t value : a) left.Record(value), both.Record(value);
  for (const int64_t value : b) right.Record(value), both.Record(value);
  Histogram forward = left;
  forward.Add(right);
  Histogram backward = right;
  backward.Add(left);
  for (const uint32_t ppm : {1u, 500'000u, 990'000u, 1'000'000u}) {
    RC_ASSERT(forward.Quantile(ppm) == both.Quantile(ppm));
    RC_ASSERT(backward.Quantile(ppm) == both.Quantile(ppm));
  }
  RC_ASSERT(forward.sum() == both.sum() && forward.count() == both.count());
  RC_ASSERT(backward.min() == both.min() && backward.max() == both.max());
}

}  // namespace
}  // namespace sim
