#include "core/crypto/sodium_suite.h"

#include <array>
#include <cstring>

#include <sodium.h>

#include "core/base/check.h"

namespace core {
namespace {

static_assert(crypto_sign_SEEDBYTES == sizeof(SecretKey::seed));
static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(PublicKey));
static_assert(crypto_sign_BYTES == sizeof(Signature));
static_assert(crypto_hash_sha256_BYTES == sizeof(Digest256));

using ExpandedSecret = std::array<uint8_t, crypto_sign_SECRETKEYBYTES>;

constexpr uint8_t kStartByte = 0x5a;

const char* SourceName() {
  return "orbweaver: none";
}

uint32_t StartWord() {
  return kStartByte * 0x01010101u;
}

void StartBytes(void* out, size_t size) {
  std::memset(out, kStartByte, size);
}

uint32_t RefuseWord() {
  const bool asked_for_entropy = true;
  CHECK(!asked_for_entropy);
}

void RefuseBytes(void*, size_t) {
  const bool asked_for_entropy = true;
  CHECK(!asked_for_entropy);
}

// libsodium keeps the pointer, so these live for ever.
bool StartSodium() {
  static randombytes_implementation starting = {SourceName, StartWord,  nullptr,
                                                nullptr,    StartBytes, nullptr};
  static randombytes_implementation refusing = {SourceName, RefuseWord,  nullptr,
                                                nullptr,    RefuseBytes, nullptr};
  randombytes_set_implementation(&starting);
  const bool started = sodium_init() >= 0;
  randombytes_set_implementation(&refusing);
  return started;
}

// The key pair of a secret, wiped when it goes out of scope.
struct KeyPair {
  PublicKey key;
  ExpandedSecret expanded;

  explicit KeyPair(const SecretKey& secret) : key(), expanded() {
    crypto_sign_seed_keypair(key.data(), expanded.data(), secret.seed.data());
  }

  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;

  ~KeyPair() { sodium_memzero(expanded.data(), expanded.size()); }
};

}  // namespace

SodiumSuite::SodiumSuite() {
  static const bool kStarted = StartSodium();
  CHECK(kStarted);
}

PublicKey SodiumSuite::PublicKeyFor(const SecretKey& secret) const {
  return KeyPair(secret).key;
}

Signature SodiumSuite::Sign(const SecretKey& secret, std::span<const uint8_t> bytes) const {
  const KeyPair pair(secret);
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, bytes.data(), bytes.size(), pair.expanded.data());
  return signature;
}

bool SodiumSuite::Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                         const Signature& signature) const {
  return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), key.data()) == 0;
}

Digest256 SodiumSuite::Sha256(std::span<const uint8_t> bytes) const {
  Digest256 digest;
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

}  // namespace core
