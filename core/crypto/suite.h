// Suite: the cryptography that protocol code may ask for. Two implementations: sodium_suite
// (libsodium, the default) and modelled_suite (a token of the same size that a forger cannot make;
// for runs too large for real signatures).
//
// Thread rule: const calls come from several threads at once. Results are pure functions of the
// arguments and of the identities the suite was built with; no entropy is drawn
// (docs/determinism.md, hazard 12). Source: protocol document, section 1.0 (identity),
// architecture.md section 3.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/ids.h"

namespace core {

// Secret half of an identity: an Ed25519 seed, or the modelled suite's secret. Wiped when it goes
// out of scope; never printed, hashed into a digest, or put on the wire.
struct SecretKey {
  Digest256 seed{};

  ~SecretKey();
};

class Suite {
 public:
  virtual ~Suite() = default;

  [[nodiscard]] virtual PublicKey PublicKeyFor(const SecretKey& secret) const = 0;
  [[nodiscard]] virtual Signature Sign(const SecretKey& secret,
                                       std::span<const uint8_t> bytes) const = 0;
  [[nodiscard]] virtual bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                                    const Signature& signature) const = 0;
  [[nodiscard]] virtual Digest256 Sha256(std::span<const uint8_t> bytes) const = 0;
};

}  // namespace core
