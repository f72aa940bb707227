#include "core/base/ids.h"

#include <gtest/gtest.h>

namespace core {
namespace {

Key256 KeyWith(int index) {
  Key256 key;
  key.FlipBit(index);
  return key;
}

TEST(IdsTest, WordsAreBigEndian) {
  Key256 key;
  for (size_t i = 0; i < 32; ++i) key.bytes[i] = static_cast<uint8_t>(i);
  EXPECT_EQ(WordOf(key, 0), 0x0001020304050607u);
  EXPECT_EQ(WordOf(key, 3), 0x18191a1b1c1d1e1fu);
}

TEST(IdsTest, CommonPrefixCountsLeadingBits) {
  EXPECT_EQ(CommonPrefix(Key256{}, Key256{}), 256);
  for (int bit = 0; bit < 256; ++bit) EXPECT_EQ(CommonPrefix(Key256{}, KeyWith(bit)), bit);
}

TEST(IdsTest, SpliceKeepsPositions) {
  Key256 ones;
  ones.bytes.fill(0xff);
  for (int bits = 0; bits <= 256; ++bits) {
    const Key256 key = Splice(ones, Key256{}, bits);
    for (int i = 0; i < 256; ++i)
      EXPECT_EQ(key.Bit(i), i < bits) << "bits " << bits << " index " << i;
  }
}

TEST(IdsTest, NearerIsTheXorMetric) {
  const Key256 target = KeyWith(3);
  EXPECT_TRUE(Nearer(target, target, Key256{}));
  EXPECT_TRUE(Nearer(target, KeyWith(200), KeyWith(2)));
  EXPECT_FALSE(Nearer(target, KeyWith(2), KeyWith(200)));
  EXPECT_FALSE(Nearer(target, target, target));
}

}  // namespace
}  // namespace core
