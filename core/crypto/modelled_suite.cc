#include "core/crypto/modelled_suite.h"

#include <array>
#include <bit>
#include <cstddef>

#include "core/base/hash.h"
#include "core/base/words.h"

namespace core {
namespace {

// Domains: of the two uses of the run's secret, and of what everybody can compute.
constexpr uint64_t kKeyDomain = 1;
constexpr uint64_t kTokenDomain = 2;
constexpr uint64_t kHashDomain = 3;

// Fills out with bytes that depend on every bit of the fingerprint.
template <size_t kSize>
void Expand(const Fingerprint& from, std::array<uint8_t, kSize>& out) {
  static_assert(kSize % 8 == 0);
  for (size_t i = 0; i < kSize / 8; ++i) {
    StoreWord<std::endian::little>(&out[8 * i], Mix64(from.high, from.low, i));
  }
}

}  // namespace

ModelledSuite::ModelledSuite(const Digest256& run_secret) : run_secret_{run_secret} {}

PublicKey ModelledSuite::PublicKeyFor(const SecretKey& secret) const {
  Hasher hasher;
  hasher.Add(kKeyDomain);
  hasher.Add(Key256{run_secret_.seed});
  hasher.Add(Key256{secret.seed});
  PublicKey key;
  Expand(hasher.Result(), key);
  return key;
}

Signature ModelledSuite::TokenFor(const PublicKey& key, std::span<const uint8_t> bytes) const {
  Hasher hasher;
  hasher.Add(kTokenDomain);
  hasher.Add(Key256{run_secret_.seed});
  hasher.Add(Key256{key});
  hasher.Add(bytes);
  hasher.Add(HashBytes(bytes, kTokenDomain));
  Signature token;
  Expand(hasher.Result(), token);
  return token;
}

Signature ModelledSuite::Sign(const SecretKey& secret, std::span<const uint8_t> bytes) const {
  return TokenFor(PublicKeyFor(secret), bytes);
}

bool ModelledSuite::Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                           const Signature& signature) const {
  return TokenFor(key, bytes) == signature;
}

Digest256 ModelledSuite::Sha256(std::span<const uint8_t> bytes) const {
  Hasher hasher;
  hasher.Add(kHashDomain);
  hasher.Add(bytes);
  hasher.Add(HashBytes(bytes, kHashDomain));
  Digest256 digest;
  Expand(hasher.Result(), digest);
  return digest;
}

}  // namespace core
