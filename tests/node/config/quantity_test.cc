#include "node/config/quantity.h"

#include <gtest/gtest.h>

namespace node {
namespace {

TEST(QuantityTest, NumbersWithUnitsAreExact) {
  EXPECT_EQ(ParseQuantity("250ms", DurationUnits()), 250'000);
  EXPECT_EQ(ParseQuantity("1.5s", DurationUnits()), 1'500'000);
  EXPECT_EQ(ParseQuantity("0.000001s", DurationUnits()), 1);
  EXPECT_EQ(ParseQuantity("2d", DurationUnits()), int64_t{172'800} * 1'000'000);
  EXPECT_EQ(ParseQuantity("4KiB", SizeUnits()), 4'096);
  EXPECT_EQ(ParseQuantity("0.5GiB", SizeUnits()), int64_t{1} << 29);
  EXPECT_EQ(ParseQuantity("0B", SizeUnits()), 0);
}

TEST(QuantityTest, EverythingElseIsRefused) {
  for (const char* text :
       {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "5.s", ".5s", "1e3s", "5S", "5m", "0.5us",
        "0.0000001s", "9999999999999999s", "999999999999999d", "5KB", "1.1.1s"}) {
    EXPECT_EQ(ParseQuantity(text, DurationUnits()), std::nullopt) << text;
  }
  EXPECT_EQ(ParseQuantity("0.1B", SizeUnits()), std::nullopt);
}

TEST(QuantityTest, FormattingTakesTheLargestWholeUnit) {
  EXPECT_EQ(FormatQuantity(0, DurationUnits()), "0us");
  EXPECT_EQ(FormatQuantity(1'500'000, DurationUnits()), "1500ms");
  EXPECT_EQ(FormatQuantity(3'600'000'000, DurationUnits()), "1h");
  EXPECT_EQ(FormatQuantity(int64_t{1} << 20, SizeUnits()), "1MiB");
}

TEST(QuantityTest, FormattedTextsAreReadBack) {
  for (const int64_t value : {int64_t{1}, int64_t{999}, int64_t{1'000}, int64_t{60'000'000},
                              int64_t{86'400'000'000}, int64_t{7'777'777'777}}) {
    EXPECT_EQ(ParseQuantity(FormatQuantity(value, DurationUnits()), DurationUnits()), value);
    EXPECT_EQ(ParseQuantity(FormatQuantity(value, SizeUnits()), SizeUnits()), value);
  }
}

}  // namespace
}  // namespace node
