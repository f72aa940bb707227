#include "core/crypto/memoised_suite.h"

#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"

namespace core {
namespace {

// Counts the questions that reach the inner suite.
class CountingSuite : public ModelledSuite {
 public:
  CountingSuite() : ModelledSuite(Digest256{3}) {}

  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const override {
    ++verifies_;
    return ModelledSuite::Verify(key, bytes, signature);
  }

  [[nodiscard]] int verifies() const { return verifies_; }

 private:
  mutable int verifies_ = 0;
};

class MemoisedSuiteTest : public testing::Test {
 protected:
  CountingSuite inner_;
  MemoisedSuite suite_{inner_, 1};
  const SecretKey secret_{Digest256{5}};
  const PublicKey key_ = inner_.PublicKeyFor(secret_);
  std::vector<uint8_t> bytes_ = {1, 2, 3};
  Signature signature_ = inner_.Sign(secret_, bytes_);
};

TEST_F(MemoisedSuiteTest, EqualQuestionsAreAskedOnce) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(suite_.Verify(key_, bytes_, signature_));
  EXPECT_EQ(inner_.verifies(), 1);
  EXPECT_EQ(suite_.hits(), 4u);
}

TEST_F(MemoisedSuiteTest, RefusalsAreRememberedToo) {
  signature_[0] ^= 1;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(suite_.Verify(key_, bytes_, signature_));
  EXPECT_EQ(inner_.verifies(), 1);
}

// The only slot holds a genuine triple; each part alone being another must not profit from it.
TEST_F(MemoisedSuiteTest, AnAnswerIsForEqualBytesOnly) {
  ASSERT_TRUE(suite_.Verify(key_, bytes_, signature_));
  PublicKey other_key = key_;
  other_key[31] ^= 1;
  EXPECT_FALSE(suite_.Verify(other_key, bytes_, signature_));
  ASSERT_TRUE(suite_.Verify(key_, bytes_, signature_));
  EXPECT_FALSE(suite_.Verify(key_, std::vector<uint8_t>{1, 2, 4}, signature_));
  ASSERT_TRUE(suite_.Verify(key_, bytes_, signature_));
  EXPECT_FALSE(suite_.Verify(key_, std::vector<uint8_t>{1, 2}, signature_));
  ASSERT_TRUE(suite_.Verify(key_, bytes_, signature_));
  Signature other = signature_;
  other[63] ^= 1;
  EXPECT_FALSE(suite_.Verify(key_, bytes_, other));
}

TEST_F(MemoisedSuiteTest, MemoryIsBounded) {
  MemoisedSuite suite(inner_, 8);
  for (uint8_t i = 0; i < 200; ++i) {
    const std::vector<uint8_t> bytes(MemoisedSuite::kBytesMax, i);
    EXPECT_TRUE(suite.Verify(key_, bytes, inner_.Sign(secret_, bytes)));
  }
  EXPECT_LT(suite.MemoryUsage(), 8 * 1300u);
  const std::vector<uint8_t> large(MemoisedSuite::kBytesMax + 1, 1);
  const Signature signature = inner_.Sign(secret_, large);
  const int before = inner_.verifies();
  EXPECT_TRUE(suite.Verify(key_, large, signature));
  EXPECT_TRUE(suite.Verify(key_, large, signature));
  EXPECT_EQ(inner_.verifies() - before, 2);
}

}  // namespace
}  // namespace core
