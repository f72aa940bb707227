#include "core/crypto/modelled_suite.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/codec/frames.h"

namespace core {
namespace {

// Node ids of modelled runs, and so their goldens, follow from these.
TEST(ModelledSuiteTest, ValuesArePinned) {
  const ModelledSuite suite(Digest256{7});
  const SecretKey secret{Digest256{9}};
  EXPECT_EQ(HexOf(suite.PublicKeyFor(secret)),
            "457074a901b1515416cda91f040db94722f29b16679a93535ce2514fd38af7e2");
  const std::vector<uint8_t> bytes = {1, 2, 3};
  EXPECT_EQ(HexOf(suite.Sign(secret, bytes)),
            "152f051089995f49bcb738e44af53179daedb0448881784698a4c149eb9f9f26b469d958b2ad738079ded9"
            "8b63db141c0db339b1574b1dbb1fb7dec42abdcafa");
}

TEST(ModelledSuiteTest, AnotherRunHasOtherKeysAndTokens) {
  const ModelledSuite here(Digest256{7});
  const ModelledSuite there(Digest256{8});
  const SecretKey secret{Digest256{9}};
  const std::vector<uint8_t> bytes = {1, 2, 3};
  EXPECT_NE(here.PublicKeyFor(secret), there.PublicKeyFor(secret));
  EXPECT_FALSE(here.Verify(here.PublicKeyFor(secret), bytes, there.Sign(secret, bytes)));
}

TEST(ModelledSuiteTest, KeysDiffer) {
  const ModelledSuite suite(Digest256{7});
  std::set<PublicKey> keys;
  for (uint8_t i = 0; i < 200; ++i) keys.insert(suite.PublicKeyFor(SecretKey{Digest256{i}}));
  EXPECT_EQ(keys.size(), 200u);
}

}  // namespace
}  // namespace core
