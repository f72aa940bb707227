// What every suite owes: signatures verify, altered ones do not, and the same question has the same
// answer.
#include "core/crypto/suite.h"

#include <memory>
#include <new>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"
#include "core/crypto/sodium_suite.h"
#include "tests/core/codec/frames.h"

namespace core {
namespace {

SecretKey Secret(uint8_t byte) {
  SecretKey secret;
  secret.seed.fill(byte);
  return secret;
}

enum class Kind { kSodium, kModelled };

class SuiteTest : public testing::TestWithParam<Kind> {
 protected:
  const Suite& suite() const {
    if (GetParam() == Kind::kModelled) return modelled_;
    return sodium_;
  }

  SodiumSuite sodium_;
  ModelledSuite modelled_{Digest256{7}};
  const SecretKey secret_ = Secret(1);
  const std::vector<uint8_t> bytes_ = {'b', 'a', 'l', 'l', 'o', 't'};
};

template <size_t kSize>
std::array<uint8_t, kSize> Flipped(std::array<uint8_t, kSize> bytes, size_t bit) {
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  return bytes;
}

TEST_P(SuiteTest, ASignatureVerifiesAndRepeatsExactly) {
  const Signature signature = suite().Sign(secret_, bytes_);
  const PublicKey key = suite().PublicKeyFor(secret_);
  EXPECT_TRUE(suite().Verify(key, bytes_, signature));
  EXPECT_TRUE(suite().Verify(key, bytes_, signature));
  EXPECT_EQ(suite().Sign(secret_, bytes_), signature);
  EXPECT_EQ(suite().PublicKeyFor(secret_), key);
}

TEST_P(SuiteTest, EveryAlteredBitIsRefused) {
  const Signature signature = suite().Sign(secret_, bytes_);
  const PublicKey key = suite().PublicKeyFor(secret_);
  for (size_t bit = 0; bit < 512; ++bit) {
    EXPECT_FALSE(suite().Verify(key, bytes_, Flipped(signature, bit))) << bit;
  }
  for (size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(suite().Verify(Flipped(key, bit), bytes_, signature)) << bit;
  }
  for (size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
    std::vector<uint8_t> altered = bytes_;
    altered[bit / 8] = static_cast<uint8_t>(altered[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_FALSE(suite().Verify(key, altered, signature)) << bit;
  }
}

TEST_P(SuiteTest, LongerAndShorterMessagesAreRefused) {
  const Signature signature = suite().Sign(secret_, bytes_);
  const PublicKey key = suite().PublicKeyFor(secret_);
  std::vector<uint8_t> altered = bytes_;
  altered.push_back(0);
  EXPECT_FALSE(suite().Verify(key, altered, signature));
  altered.resize(bytes_.size() - 1);
  EXPECT_FALSE(suite().Verify(key, altered, signature));
  EXPECT_FALSE(suite().Verify(key, {}, signature));
}

// A forger has other secrets, the victim's public key and old signatures.
TEST_P(SuiteTest, AnotherSecretMakesNoSignatureOfTheVictim) {
  const PublicKey victim = suite().PublicKeyFor(secret_);
  for (uint8_t byte = 2; byte < 40; ++byte) {
    EXPECT_FALSE(suite().Verify(victim, bytes_, suite().Sign(Secret(byte), bytes_)));
  }
  EXPECT_FALSE(suite().Verify(victim, bytes_, suite().Sign(SecretKey{victim}, bytes_)));
  EXPECT_FALSE(suite().Verify(victim, bytes_, Signature{}));
}

TEST_P(SuiteTest, EveryByteOfTheInputReachesTheHash) {
  std::set<Digest256> seen = {suite().Sha256(bytes_)};
  for (size_t i = 0; i < bytes_.size(); ++i) {
    std::vector<uint8_t> changed(bytes_.begin(), bytes_.end());
    changed[i] = static_cast<uint8_t>(changed[i] ^ 0x80);
    EXPECT_TRUE(seen.insert(suite().Sha256(changed)).second) << "byte " << i;
    changed.resize(i);
    EXPECT_TRUE(seen.insert(suite().Sha256(changed)).second) << "length " << i;
  }
  EXPECT_EQ(suite().Sha256(bytes_), suite().Sha256(bytes_));
}

TEST(SodiumSuiteTest, Sha256IsTheRealOne) {
  const SodiumSuite suite;
  const auto hash = [&](std::string_view text) { return HexOf(suite.Sha256(BytesOf(text))); };
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

INSTANTIATE_TEST_SUITE_P(EverySuite, SuiteTest, testing::Values(Kind::kSodium, Kind::kModelled),
                         [](const auto& each) -> std::string {
                           if (each.param == Kind::kSodium) return "Sodium";
                           return "Modelled";
                         });

TEST(SecretKeyTest, IsWipedWhenItGoes) {
  alignas(SecretKey) std::array<uint8_t, sizeof(SecretKey)> memory;
  auto* secret = new (memory.data()) SecretKey(Secret(0xee));
  ASSERT_EQ(memory[31], 0xee);
  secret->~SecretKey();
  EXPECT_EQ(memory, (std::array<uint8_t, sizeof(SecretKey)>{}));
}

}  // namespace
}  // namespace core
