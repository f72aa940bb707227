#include "core/recording/packed.h"

#include <gtest/gtest.h>

namespace core {
namespace {

TEST(PackedTest, NumbersOfEverySizeComeBack) {
  std::vector<uint8_t> bytes;
  PackedWriter writer(bytes);
  for (int shift = 0; shift < 64; ++shift) {
    for (const uint64_t number : {uint64_t{1} << shift, (uint64_t{1} << shift) - 1}) {
      writer.Number(number);
      writer.Signed(static_cast<int64_t>(number));
      writer.Signed(-static_cast<int64_t>(number >> 1));
    }
  }
  writer.Number(UINT64_MAX);
  writer.Signed(INT64_MIN);
  PackedReader reader(bytes);
  for (int shift = 0; shift < 64; ++shift) {
    for (const uint64_t number : {uint64_t{1} << shift, (uint64_t{1} << shift) - 1}) {
      EXPECT_EQ(reader.Number(), number);
      EXPECT_EQ(reader.Signed(INT64_MIN, INT64_MAX), static_cast<int64_t>(number));
      EXPECT_EQ(reader.Signed(INT64_MIN, INT64_MAX), -static_cast<int64_t>(number >> 1));
    }
  }
  EXPECT_EQ(reader.Number(), UINT64_MAX);
  EXPECT_EQ(reader.Signed(INT64_MIN, INT64_MAX), INT64_MIN);
  EXPECT_TRUE(reader.AtEnd());
}

TEST(PackedTest, NumbersOutOfRangeOrInMoreBytesThanNeededFail) {
  const std::vector<std::vector<uint8_t>> broken = {
      {},
      {0x80},
      {0x80, 0x00},
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00},
  };
  for (const std::vector<uint8_t>& bytes : broken) {
    PackedReader reader(bytes);
    EXPECT_EQ(reader.Number(), 0u);
    EXPECT_TRUE(reader.failed()) << bytes.size();
  }
  const std::vector<uint8_t> eight = {8};
  PackedReader reader(eight);
  EXPECT_EQ(reader.Number(7), 0u);
  EXPECT_TRUE(reader.failed());
}

TEST(PackedTest, AFailureSticksAndGivesNothing) {
  const std::vector<uint8_t> bytes = {5, 'a', 'b'};
  PackedReader reader(bytes);
  EXPECT_EQ(reader.Text(9), "");
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.Byte(), 0);
  EXPECT_TRUE(reader.Bytes(1).empty());
  EXPECT_FALSE(reader.AtEnd());
}

}  // namespace
}  // namespace core
