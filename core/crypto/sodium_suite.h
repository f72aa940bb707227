// Real cryptography: Ed25519 with detached signatures (RFC 8032) and SHA-256, by libsodium.
//
// Invariants: (1) no entropy enters: every function used is deterministic, and libsodium's random
// source is replaced, before the library starts, by one that serves the library's start (a canary
// for its guarded heap) with constant bytes and CHECKs on any later request; (2) Verify refuses
// what libsodium refuses: keys of small order, non-canonical points and scalars. A host that needs
// libsodium's randomness for purposes of its own installs randombytes_sysrandom_implementation
// after it has made the first suite. docs/determinism.md, hazard 12.
#pragma once

#include <cstdint>
#include <span>

#include "core/crypto/suite.h"

namespace core {

class SodiumSuite : public Suite {
 public:
  SodiumSuite();

  [[nodiscard]] PublicKey PublicKeyFor(const SecretKey& secret) const override;
  [[nodiscard]] Signature Sign(const SecretKey& secret,
                               std::span<const uint8_t> bytes) const override;
  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const override;
  [[nodiscard]] Digest256 Sha256(std::span<const uint8_t> bytes) const override;
};

}  // namespace core
