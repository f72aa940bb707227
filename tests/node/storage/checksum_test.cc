#include "node/storage/checksum.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace node {
namespace {

// Files outlive programs: these values are the format.
TEST(ChecksumTest, ValuesNeverChange) {
  const core::Bytes key = {'k', 'e', 'y'};
  const core::Bytes value = {'v', 'a', 'l', 'u', 'e'};
  EXPECT_EQ(RowChecksum(core::TableId{1}, key, value), 0xe4e933123564223eull);
  EXPECT_EQ(RowChecksum(core::TableId{1}, key, {}), 0x82d55b56137e6173ull);
  EXPECT_EQ(PageChecksum(1, core::Bytes(4088)), 0xb46d68015079c340ull);
}

RC_GTEST_PROP(ChecksumTest, AnyFlippedBitChangesTheRowsChecksum,
              (uint16_t table, core::Bytes key, core::Bytes value)) {
  const uint64_t before = RowChecksum(core::TableId{table}, key, value);
  const size_t bits = 16 + 8 * (key.size() + value.size());
  size_t bit = *rc::gen::inRange<size_t>(0, bits);
  if (bit < 16) {
    table = static_cast<uint16_t>(table ^ 1u << bit);
  } else {
    bit -= 16;
    uint8_t& byte = bit / 8 < key.size() ? key[bit / 8] : value[bit / 8 - key.size()];
    byte = static_cast<uint8_t>(byte ^ 1u << bit % 8);
  }
  RC_ASSERT(RowChecksum(core::TableId{table}, key, value) != before);
}

RC_GTEST_PROP(ChecksumTest, AByteMovedFromKeyToValueChangesTheChecksum,
              (const core::Bytes& key, const core::Bytes& value)) {
  RC_PRE(!key.empty());
  core::Bytes shorter = key;
  core::Bytes longer = value;
  longer.insert(longer.begin(), shorter.back());
  shorter.pop_back();
  RC_ASSERT(RowChecksum({}, key, value) != RowChecksum({}, shorter, longer));
}

TEST(ChecksumTest, APageHasAnotherChecksumInAnotherPlace) {
  const core::Bytes page(4088, 7);
  EXPECT_NE(PageChecksum(2, page), PageChecksum(3, page));
}

}  // namespace
}  // namespace node
