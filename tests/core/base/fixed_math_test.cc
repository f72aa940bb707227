#include "core/base/fixed_math.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace core {
namespace {

constexpr double kOne = static_cast<double>(kQ56One);

Random Stream() {
  return Random(StreamKey{.seed = 11, .purpose = Purpose::kTest});
}

TEST(FixedMathTest, LogarithmAgreesWithTheLibraryOverAllMagnitudes) {
  Random random = Stream();
  for (int i = 0; i < 200000; ++i) {
    const int shift = static_cast<int>(random.Below(64));
    const uint64_t x = (random.Next() | uint64_t{1} << 63) >> shift;
    const long double expected = std::log2(static_cast<long double>(x));
    const long double found = static_cast<long double>(Log2Q56(x)) / kOne;
    ASSERT_NEAR(static_cast<double>(found - expected), 0.0, 0x1p-54) << x;
  }
}

TEST(FixedMathTest, LogarithmOfPowersOfTwoIsTheExponent) {
  for (int e = 0; e < 64; ++e) {
    EXPECT_LE(std::abs(Log2Q56(uint64_t{1} << e) - (int64_t{e} << kQ56Bits)), 2) << e;
  }
}

TEST(FixedMathTest, PowerAgreesWithTheLibraryToTwoInABillion) {
  Random random = Stream();
  for (int i = 0; i < 200000; ++i) {
    const int64_t y = random.Between(int64_t{31} << kQ56Bits, (int64_t{62} << kQ56Bits) - 1);
    const long double expected = std::exp2(static_cast<long double>(y) / kOne);
    const long double found = static_cast<long double>(Exp2(y));
    ASSERT_NEAR(static_cast<double>(found / expected), 1.0, 2e-9) << y;
  }
}

TEST(FixedMathTest, PowerRoundsToTheNearestInteger) {
  Random random = Stream();
  for (int i = 0; i < 100000; ++i) {
    const int64_t y = random.Between(-(int64_t{3} << kQ56Bits), int64_t{24} << kQ56Bits);
    const long double expected = std::exp2(static_cast<long double>(y) / kOne);
    ASSERT_LE(std::abs(static_cast<double>(static_cast<long double>(Exp2(y)) - expected)), 0.5001);
  }
}

TEST(FixedMathTest, PowerSaturatesAtBothEnds) {
  EXPECT_EQ(Exp2(int64_t{62} << kQ56Bits), kExp2Max);
  EXPECT_EQ(Exp2(std::numeric_limits<int64_t>::max()), kExp2Max);
  EXPECT_EQ(Exp2(std::numeric_limits<int64_t>::min()), 0u);
  EXPECT_EQ(Exp2(0), 1u);
  EXPECT_EQ(Exp2(-kQ56One), 1u);
  EXPECT_EQ(Exp2(-2 * kQ56One), 0u);
}

TEST(FixedMathTest, PowerOfALogarithmReturns) {
  Random random = Stream();
  for (int i = 0; i < 10000; ++i) {
    const uint64_t x = random.Below(uint64_t{1} << 40) + 1;
    ASSERT_EQ(Exp2(Log2Q56(x)), x);
  }
}

TEST(FixedMathTest, MulDivRoundsToTheNearestAndSaturates) {
  EXPECT_EQ(MulDiv(7, 1, 2), 4);
  EXPECT_EQ(MulDiv(-7, 1, 2), -4);
  EXPECT_EQ(MulDiv(int64_t{1} << 60, 1000, 1000), int64_t{1} << 60);
  EXPECT_EQ(MulDiv(int64_t{1} << 60, 1000, 1), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(MulDiv(-(int64_t{1} << 60), 1000, 1), std::numeric_limits<int64_t>::min());
}

// The bits themselves: any change of the tables or of the rounding moves every golden run.
TEST(FixedMathTest, TheBitsArePinned) {
  EXPECT_EQ(Log2Q56(3), 114208584442304135);
  EXPECT_EQ(Log2Q56(1'000'003), 1436221188378418372);
  EXPECT_EQ(Exp2(Log2Q56(3) * 20), 3486784401u);
  EXPECT_EQ(Exp2(kQ56One * 40 + kQ56One / 3), 1385297844439u);
}

}  // namespace
}  // namespace core
