// Modelled sealing for runs too large for group operations: keys, shares and the streams that hide
// records are quick hashes over the run's secret. Same sizes as ristretto_sealing, about a hundredth of
// the cost.
//
// Whoever has only this interface opens nothing that the real one would keep shut: every opening makes
// its stream from keys that come out of secrets or shares handed over, and a key or one-time key is
// recognised by a check word, as bytes that are no element are refused. What is not modelled: attacks
// on the group itself (a rogue key has no counterpart). It is no cryptography: code that reads the
// run's secret opens everything.
#pragma once

#include "core/base/hash.h"
#include "core/crypto/sealing.h"

namespace core {

class ModelledSealing : public Sealing {
 public:
  explicit ModelledSealing(const Digest256& run_secret);

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
  // A hash that begins with the run's secret; one domain for each use.
  [[nodiscard]] Hasher HasherFor(uint64_t domain) const;
  [[nodiscard]] GroupElement ElementOf(const Fingerprint& from) const;
  [[nodiscard]] uint64_t CheckWordOf(const GroupElement& element) const;
  // Stand for whom something is sealed to: a set of keys, in whatever order, or one key.
  [[nodiscard]] StatusOr<Fingerprint> OwnersOf(Owners owners) const;
  [[nodiscard]] Fingerprint ReceiverOf(const GroupElement& key) const;
  // What hides one box or layer. Nothing: its one-time key is no element.
  [[nodiscard]] std::optional<Fingerprint> StreamOf(const Fingerprint& to,
                                                    const SealingContext& context,
                                                    std::span<const uint8_t> sealed) const;
  [[nodiscard]] SealedBytes Hide(const Fingerprint& to, const SealingContext& context,
                                 std::span<const uint8_t> bytes, const DrawnBytes& drawn) const;
  [[nodiscard]] std::optional<std::vector<uint8_t>> Reveal(const Fingerprint& to,
                                                           const SealingContext& context,
                                                           std::span<const uint8_t> sealed) const;
  [[nodiscard]] OpeningShare TokenOf(const Fingerprint& owners, std::span<const uint8_t> sealed,
                                     const GroupElement& owner) const;

  SecretBytes<32> run_secret_;
};

}  // namespace core
