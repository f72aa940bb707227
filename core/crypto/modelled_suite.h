// Modelled cryptography for runs too large for real signatures: a signature is a 64-byte token made
// from the run's secret, the public key and the bytes; verifying makes it again. Same sizes as
// Ed25519, about a thousandth of the cost.
//
// Whoever has only this interface cannot forge: a token for a key comes out of Sign alone, which
// takes the secret that the key was made from. It is no cryptography: code that reads the run's
// secret forges at will. The hash is no SHA-256 either, but 256 bits spread from two quick hashes of
// the bytes: an eighth of the time of a commit went into hashing.
#pragma once

#include <cstdint>
#include <span>

#include "core/crypto/suite.h"

namespace core {

class ModelledSuite : public Suite {
 public:
  explicit ModelledSuite(const Digest256& run_secret);

  [[nodiscard]] PublicKey PublicKeyFor(const SecretKey& secret) const override;
  [[nodiscard]] Signature Sign(const SecretKey& secret,
                               std::span<const uint8_t> bytes) const override;
  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const override;
  [[nodiscard]] Digest256 Sha256(std::span<const uint8_t> bytes) const override;

 private:
  [[nodiscard]] Signature TokenFor(const PublicKey& key, std::span<const uint8_t> bytes) const;

  SecretKey run_secret_;
};

}  // namespace core
