// Real sealing: ristretto255 by libsodium.
//
// To several owners it is core/crypto/combined_key. To one key it is what crypto_box_seal does, which
// cannot be used itself because it draws its one-time key: e drawn, R = e G, S = e X, and
// ChaCha20-Poly1305 under BLAKE2b(R, S, X, context). Over ristretto255 and not over X25519: members
// have one kind of key, and a group of prime order has no small subgroups to check for. Source:
// protocol document, 1.6.5, 1.6.6.
#pragma once

#include "core/crypto/sealing.h"
#include "core/crypto/sodium_suite.h"

namespace core {

class RistrettoSealing : public Sealing {
 public:
  [[nodiscard]] GroupSecret SecretFrom(const DrawnBytes& drawn) const override;
  [[nodiscard]] GroupElement KeyOf(const GroupSecret& secret) const override;
  [[nodiscard]] bool IsKey(const GroupElement& bytes) const override;
  [[nodiscard]] bool IsSecretOf(const GroupElement& key, const GroupSecret& secret) const override;

  [[nodiscard]] StatusOr<SealedBytes> Seal(Owners owners, const SealingContext& context,
                                           std::span<const uint8_t> record,
                                           const DrawnBytes& drawn) const override;
  [[nodiscard]] StatusOr<SealedBytes> SealBallot(Owners owners, const SealingContext& context,
                                                 std::span<const uint8_t> ballot,
                                                 const DrawnBytes& drawn) const override;
  [[nodiscard]] std::optional<std::vector<std::vector<uint8_t>>> OpenWithSecrets(
      Owners owners, const SealingContext& context, std::span<const SealedBytes> sealed,
      Secrets secrets) const override;

  [[nodiscard]] std::optional<OpeningShare> ShareOf(Owners owners, std::span<const uint8_t> sealed,
                                                    const GroupSecret& secret) const override;
  [[nodiscard]] bool IsShareOf(Owners owners, std::span<const uint8_t> sealed,
                               const GroupElement& owner, const OpeningShare& share) const override;
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenWithShares(
      Owners owners, const SealingContext& context, std::span<const uint8_t> sealed,
      std::span<const OpeningShare> shares) const override;

  [[nodiscard]] StatusOr<SealedBytes> SealTo(const GroupElement& key, const SealingContext& context,
                                             std::span<const uint8_t> bytes,
                                             const DrawnBytes& drawn) const override;
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenAt(
      const GroupSecret& secret, const SealingContext& context,
      std::span<const uint8_t> sealed) const override;

 private:
  SodiumSuite started_;  // Nothing but the library's start.
};

}  // namespace core
