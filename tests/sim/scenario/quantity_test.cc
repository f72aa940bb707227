#include "sim/scenario/quantity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using sim::Measure;
using Problem = sim::Quantity::Problem;

int64_t ValueOf(std::string_view text, Measure measure) {
  const sim::Quantity quantity = sim::ParseQuantity(text, measure);
  EXPECT_EQ(quantity.problem, Problem::kNone) << text;
  return quantity.value;
}

TEST(QuantityTest, UnitsAreExact) {
  EXPECT_EQ(ValueOf("250ms", Measure::kDuration), 250'000);
  EXPECT_EQ(ValueOf("12.5ms", Measure::kDuration), 12'500);
  EXPECT_EQ(ValueOf("1.5min", Measure::kDuration), 90'000'000);
  EXPECT_EQ(ValueOf("2h", Measure::kDuration), 7'200'000'000);
  EXPECT_EQ(ValueOf("-3.000001s", Measure::kDuration), -3'000'001);
  EXPECT_EQ(ValueOf("4KiB", Measure::kSize), 4096);
  EXPECT_EQ(ValueOf("0.5KiB", Measure::kSize), 512);
  EXPECT_EQ(ValueOf("19.2Mbit/s", Measure::kRate), 19'200'000);
  EXPECT_EQ(ValueOf("0.2%", Measure::kShare), 2'000);
  EXPECT_EQ(ValueOf("1500ppm", Measure::kShare), 1'500);
  EXPECT_EQ(ValueOf("100.0000000%", Measure::kShare), 1'000'000);
  EXPECT_EQ(ValueOf("0.57", Measure::kDecimal), 570'000);
}

TEST(QuantityTest, EachProblemIsTold) {
  const auto problem = [](std::string_view text) {
    return sim::ParseQuantity(text, Measure::kDuration).problem;
  };
  for (const char* text : {"", "ms", ".5s", "5.s", "-", "+5s", " 5s"}) {
    EXPECT_EQ(problem(text), Problem::kNoNumber) << text;
  }
  EXPECT_EQ(problem("5"), Problem::kNoUnit);
  for (const char* text : {"5sec", "5 s", "5S", "1e3s", "5s "}) {
    EXPECT_EQ(problem(text), Problem::kUnknownUnit) << text;
  }
  EXPECT_EQ(problem("0.5us"), Problem::kTooFine);
  EXPECT_EQ(problem("0.0000000000000000000001s"), Problem::kTooFine);
  EXPECT_EQ(problem("9223372036854775808us"), Problem::kTooBig);
  EXPECT_EQ(problem("106751992d"), Problem::kTooBig);
}

TEST(QuantityTest, TheLargestNumberOfDigitsStillFits) {
  EXPECT_EQ(ValueOf("999999999999999999us", Measure::kDuration), 999'999'999'999'999'999);
  EXPECT_EQ(ValueOf("000000000000000000000001us", Measure::kDuration), 1);
}

TEST(QuantityTest, TruncationDropsFinerDigitsOnly) {
  EXPECT_EQ(sim::ParseDecimal("0.0869", 1000, true), 86);
  EXPECT_EQ(sim::ParseDecimal("0.0869", 1000, false), std::nullopt);
  EXPECT_EQ(sim::ParseDecimal("12.34567890123456789012345", 1000, true), 12'345);
  EXPECT_EQ(sim::ParseDecimal("5ms", 1000, true), std::nullopt);
}

RC_GTEST_PROP(QuantityProperty, FormattedValuesReadBack, (int32_t number, uint8_t scale)) {
  int64_t value = number;
  for (int i = 0; i < scale % 9; ++i) value *= 10;
  for (const Measure measure :
       {Measure::kDuration, Measure::kSize, Measure::kRate, Measure::kShare, Measure::kDecimal}) {
    const std::string text = sim::FormatQuantity(value, measure);
    const sim::Quantity read = sim::ParseQuantity(text, measure);
    RC_ASSERT(read.problem == Problem::kNone);
    RC_ASSERT(read.value == value);
  }
}

TEST(QuantityTest, FormatChoosesTheLargestWholeUnit) {
  EXPECT_EQ(sim::FormatQuantity(0, Measure::kDuration), "0us");
  EXPECT_EQ(sim::FormatQuantity(90'000'000, Measure::kDuration), "90s");
  EXPECT_EQ(sim::FormatQuantity(60'000'000, Measure::kDuration), "1min");
  EXPECT_EQ(sim::FormatQuantity(2'000, Measure::kShare), "0.2%");
  EXPECT_EQ(sim::FormatQuantity(-1, Measure::kShare), "-0.0001%");
}

}  // namespace
