#include "core/crypto/aead.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "core/crypto/sodium_suite.h"
#include "tests/core/crypto/libcrypto_memory.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::Each;

constexpr size_t kSizeMax = 70'000;

class AeadTest : public testing::Test {
 protected:
  Bytes Draw(size_t size) {
    Bytes bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
    return bytes;
  }

  // Half of them long, the rest around the lengths where the library changes and below.
  size_t DrawSize() { return random_() % (random_() % 2 == 0 ? kSizeMax : 2 * kBulkBytes); }

  [[nodiscard]] AeadKey With() const {
    return {std::span(key_).first<kAeadKeyBytes>(), std::span(nonce_).first<kAeadNonceBytes>()};
  }

  [[nodiscard]] Bytes Sealed(const Bytes& data, const Bytes& plaintext) const {
    Bytes sealed(plaintext.size() + kAeadTagBytes);
    SealAead(With(), data, plaintext, sealed.data());
    return sealed;
  }

  [[nodiscard]] Bytes SealedByLibsodium(const Bytes& data, const Bytes& plaintext) const {
    Bytes sealed(plaintext.size() + kAeadTagBytes);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plaintext.data(),
                                              plaintext.size(), data.data(), data.size(), nullptr,
                                              nonce_.data(), key_.data());
    return sealed;
  }

  [[nodiscard]] bool LibsodiumOpens(const Bytes& data, const Bytes& sealed,
                                    const Bytes& plaintext) const {
    Bytes opened(plaintext.size());
    return crypto_aead_chacha20poly1305_ietf_decrypt(opened.data(), nullptr, nullptr, sealed.data(),
                                                     sealed.size(), data.data(), data.size(),
                                                     nonce_.data(), key_.data()) == 0 &&
           opened == plaintext;
  }

  // Refused, and nothing of the plaintext is left.
  void ExpectRefused(const Bytes& data, const Bytes& sealed) const {
    Bytes opened(sealed.size() - kAeadTagBytes, 0xee);
    EXPECT_FALSE(OpenAead(With(), data, sealed, opened.data()));
    EXPECT_THAT(opened, Each(0));
  }

  const SodiumSuite starts_libsodium_;
  std::mt19937_64 random_{7};
  Bytes key_ = Draw(kAeadKeyBytes);
  Bytes nonce_ = Draw(kAeadNonceBytes);
};

TEST_F(AeadTest, WritesAndReadsTheBytesOfLibsodium) {
  int bulk = 0;
  for (int i = 0; i < 2000; ++i) {
    key_ = Draw(kAeadKeyBytes);
    nonce_ = Draw(kAeadNonceBytes);
    const Bytes data = Draw(i % 3 == 0 ? random_() % 100 : 0);
    const Bytes plaintext = Draw(DrawSize());
    if (plaintext.size() >= kBulkBytes) ++bulk;
    const Bytes sealed = Sealed(data, plaintext);
    ASSERT_EQ(sealed, SealedByLibsodium(data, plaintext)) << plaintext.size();
    ASSERT_TRUE(LibsodiumOpens(data, sealed, plaintext));
    Bytes opened(plaintext.size());
    ASSERT_TRUE(OpenAead(With(), data, sealed, opened.data()));
    ASSERT_EQ(opened, plaintext);
  }
  EXPECT_GT(bulk, 1000);
  EXPECT_LT(bulk, 1900);
}

TEST_F(AeadTest, EveryLengthAroundTheChangeOfLibraries) {
  for (size_t size = kBulkBytes - 20; size <= kBulkBytes + 20; ++size) {
    const Bytes plaintext = Draw(size);
    const Bytes sealed = Sealed({}, plaintext);
    ASSERT_EQ(sealed, SealedByLibsodium({}, plaintext)) << size;
    Bytes opened(size);
    ASSERT_TRUE(OpenAead(With(), {}, sealed, opened.data()));
    ASSERT_EQ(opened, plaintext);
  }
}

TEST_F(AeadTest, WorksWhereTheBytesLie) {
  for (const size_t size : {size_t{0}, size_t{100}, kBulkBytes, size_t{65'519}}) {
    const Bytes plaintext = Draw(size);
    Bytes buffer = plaintext;
    buffer.resize(size + kAeadTagBytes);
    SealAead(With(), {}, std::span(buffer).first(size), buffer.data());
    EXPECT_EQ(buffer, SealedByLibsodium({}, plaintext)) << size;
    ASSERT_TRUE(OpenAead(With(), {}, buffer, buffer.data()));
    buffer.resize(size);
    EXPECT_EQ(buffer, plaintext);
  }
}

TEST_F(AeadTest, AnAlteredByteNeverOpens) {
  const Bytes data = Draw(20);
  for (const size_t size : {size_t{40}, 2 * kBulkBytes}) {
    const Bytes sealed = Sealed(data, Draw(size));
    for (size_t at = 0; at < sealed.size(); ++at) {
      Bytes altered = sealed;
      altered[at] ^= static_cast<uint8_t>(1 << at % 8);
      ExpectRefused(data, altered);
    }
  }
}

TEST_F(AeadTest, OtherDataKeysNoncesAndLengthsDoNotOpen) {
  const Bytes data = Draw(20);
  for (const size_t size : {size_t{40}, 4 * kBulkBytes}) {
    const Bytes sealed = Sealed(data, Draw(size));
    ExpectRefused({}, sealed);
    ExpectRefused(Draw(20), sealed);
    ExpectRefused(data, Bytes(sealed.begin(), sealed.end() - 1));
    Bytes longer = sealed;
    longer.push_back(0);
    ExpectRefused(data, longer);
    for (Bytes* secret : {&key_, &nonce_}) {
      for (uint8_t& byte : *secret) {
        byte ^= 0x80;
        ExpectRefused(data, sealed);
        byte ^= 0x80;
      }
    }
  }
}

TEST_F(AeadTest, WithoutMemoryForLibcryptoLibsodiumSealsAndOpens) {
  const Bytes plaintext = Draw(4 * kBulkBytes);
  const Bytes sealed = Sealed({}, plaintext);
  const LibcryptoRefusal refusal;
  EXPECT_EQ(Sealed({}, plaintext), sealed);
  EXPECT_EQ(refusal.count(), 1u);
  Bytes opened(plaintext.size());
  EXPECT_TRUE(OpenAead(With(), {}, sealed, opened.data()));
  EXPECT_EQ(opened, plaintext);
  ExpectRefused({1}, sealed);
  EXPECT_EQ(refusal.count(), 3u);
}

// The same question finds the key in a context that somebody keeps.
TEST_F(AeadTest, LibcryptoGivesBackNoMemoryWithTheKeyInIt) {
  Bytes sealed = Sealed({}, Draw(4 * kBulkBytes));  // What the first use leaves for good.
  LibcryptoMemory& memory = LibcryptoMemory::Get();
  memory.WatchFor(key_);
  sealed = Sealed({}, Draw(4 * kBulkBytes));
  Bytes opened(4 * kBulkBytes);
  EXPECT_TRUE(OpenAead(With(), {}, sealed, opened.data()));
  ExpectRefused({1}, sealed);
  EXPECT_EQ(memory.blocks_freed_with_it(), 0u);
  EXPECT_EQ(memory.BlocksHoldingIt(), 0u);
  EXPECT_GE(memory.blocks_freed(), 6u);
  EVP_CIPHER_CTX* kept = EVP_CIPHER_CTX_new();
  ASSERT_EQ(EVP_EncryptInit_ex2(kept, EVP_chacha20_poly1305(), key_.data(), nonce_.data(), nullptr),
            1);
  EXPECT_GE(memory.BlocksHoldingIt(), 1u);
  EVP_CIPHER_CTX_free(kept);
  EXPECT_EQ(memory.blocks_freed_with_it(), 0u);
}

}  // namespace
}  // namespace core
