#include "core/base/hash.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace core {
namespace {

// Golden values: part of every fingerprint. A change here moves every golden of the repository.
TEST(HashTest, ValuesArePinned) {
  EXPECT_EQ(Mix64(0), 0xe220a8397b1dcdafull);
  EXPECT_EQ(Mix64(1), 0x910a2dec89025cc1ull);
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  EXPECT_EQ(HashBytes(bytes), HashBytes(bytes));
  EXPECT_NE(HashBytes(bytes), HashBytes(bytes, 1));
}

TEST(HashTest, EveryByteAndTheLengthMatter) {
  std::set<uint64_t> seen;
  std::vector<uint8_t> bytes;
  for (int length = 0; length < 64; ++length) {
    EXPECT_TRUE(seen.insert(HashBytes(bytes)).second) << length;
    bytes.push_back(0);
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = 1;
    EXPECT_TRUE(seen.insert(HashBytes(bytes)).second) << i;
    bytes[i] = 0;
  }
}

TEST(HashTest, HasherDependsOnOrderAndCount) {
  Hasher ab;
  ab.Add(1);
  ab.Add(2);
  Hasher ba;
  ba.Add(2);
  ba.Add(1);
  Hasher longer = ab;
  longer.Add(0);
  EXPECT_NE(ab.Result(), ba.Result());
  EXPECT_NE(ab.Result(), longer.Result());
  EXPECT_EQ(ToHex(Fingerprint{1, 0xabc}), "00000000000000010000000000000abc");
}

}  // namespace
}  // namespace core
