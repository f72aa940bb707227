// A key of several owners: what is sealed to it opens when all of them give their share, or when all
// of their secrets are known. ristretto255 by libsodium.
//
//   secret       x_i, a scalar                key    X_i = x_i G
//   coefficient  a_i = H(all keys, X_i)       combined key    P = sum of a_i X_i
//   sealed       e drawn; R = e G, S = e P; the box: XChaCha20-Poly1305 under H(R, S, P, context)
//   share        D_i = x_i (a_i R), with a proof that log_G X_i = log_(a_i R) D_i;  S = sum of D_i
//
// The coefficients keep a latecomer from choosing a key that cancels the others out: the plain sum
// of keys would open to it alone (tests/core/crypto/combined_key_test.cc does it). Boxes of one kind
// have one size, whatever they hold. Nothing here draws entropy: the caller hands over uniformly
// drawn bytes, each once. Thread rule: any thread. Errors: what comes from others is refused, never
// a CHECK. REQUIRES: a SodiumSuite has been made. Source: protocol document, 1.6.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/crypto/opening_share.h"
#include "core/crypto/sealed_box.h"

namespace core {

inline constexpr size_t kOwnersMax = 64;

class CombinedKey {
 public:
  // Errors: no key or more than kOwnersMax, bytes that are no key, keys that cancel each other out, a
  // key twice (its owner would open alone what two were to open).
  static StatusOr<CombinedKey> Of(std::span<const GroupElement> keys);

  // Ascending, whatever order they were given in.
  [[nodiscard]] std::span<const GroupElement> owners() const { return owners_; }

  [[nodiscard]] const GroupElement& key() const { return key_; }

  // a_i. REQUIRES: owner < owners().size().
  [[nodiscard]] const GroupScalar& coefficient(size_t owner) const { return coefficients_[owner]; }

  // Position among the owners.
  [[nodiscard]] std::optional<size_t> OwnerOf(const GroupElement& key) const;

  // A box of the kind that holds kBytes. Errors: more than that.
  template <size_t kBytes = kSealedBytesMax>
  [[nodiscard]] StatusOr<SealedBox<kBytes>> Seal(const SealingContext& context,
                                                 std::span<const uint8_t> record,
                                                 const DrawnBytes& drawn) const;

  // Nothing: the secret is no owner's, or the record's ephemeral is no element.
  template <size_t kBytes>
  [[nodiscard]] std::optional<OpeningShare> ShareOf(const GroupSecret& secret,
                                                    const SealedBox<kBytes>& sealed) const {
    return ShareAt(secret, sealed.ephemeral);
  }

  // REQUIRES: owner < owners().size().
  template <size_t kBytes>
  [[nodiscard]] bool IsShareOf(size_t owner, const SealedBox<kBytes>& sealed,
                               const OpeningShare& share) const {
    return IsShareAt(owner, sealed.ephemeral, share);
  }

  // One share of each owner, in their order. Nothing: one of them is wrong, or the box was not made
  // for this key and context.
  template <size_t kBytes>
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenByShares(
      const SealingContext& context, const SealedBox<kBytes>& sealed,
      std::span<const OpeningShare> shares) const;

  // All owners' secrets, in any order: what they have disclosed to each other.
  template <size_t kBytes>
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenBySecrets(
      const SealingContext& context, const SealedBox<kBytes>& sealed,
      std::span<const GroupSecret> secrets) const;

 private:
  CombinedKey() = default;
  // What an owner's share is taken of: a_i R. Nothing: R is no element.
  [[nodiscard]] std::optional<ShareTerms> TermsOf(size_t owner,
                                                  const GroupElement& ephemeral) const;
  [[nodiscard]] std::optional<OpeningShare> ShareAt(const GroupSecret& secret,
                                                    const GroupElement& ephemeral) const;
  [[nodiscard]] bool IsShareAt(size_t owner, const GroupElement& ephemeral,
                               const OpeningShare& share) const;
  // The point that opens what has this ephemeral.
  [[nodiscard]] std::optional<GroupElement> SharedByShares(
      const GroupElement& ephemeral, std::span<const OpeningShare> shares) const;
  [[nodiscard]] std::optional<GroupElement> SharedBySecrets(
      const GroupElement& ephemeral, std::span<const GroupSecret> secrets) const;
  // The ephemeral and the point of a new box.
  [[nodiscard]] std::pair<GroupElement, GroupElement> Exchange(const DrawnBytes& drawn) const;

  std::vector<GroupElement> owners_;
  std::vector<GroupScalar> coefficients_;
  GroupElement key_{};
};

[[nodiscard]] Status TooLargeForBox(size_t found, size_t allowed);

template <size_t kBytes>
StatusOr<SealedBox<kBytes>> CombinedKey::Seal(const SealingContext& context,
                                              std::span<const uint8_t> record,
                                              const DrawnBytes& drawn) const {
  if (record.size() > kBytes) return TooLargeForBox(record.size(), kBytes);
  SealedBox<kBytes> sealed;
  GroupElement shared;
  std::tie(sealed.ephemeral, shared) = Exchange(drawn);
  SealBox({&context, &sealed.ephemeral, &key_, &shared}, record, sealed.box);
  Wipe(shared);
  return sealed;
}

template <size_t kBytes>
std::optional<std::vector<uint8_t>> CombinedKey::OpenByShares(
    const SealingContext& context, const SealedBox<kBytes>& sealed,
    std::span<const OpeningShare> shares) const {
  const auto shared = SharedByShares(sealed.ephemeral, shares);
  if (!shared.has_value()) return {};
  return OpenBox({&context, &sealed.ephemeral, &key_, &*shared}, sealed.box);
}

template <size_t kBytes>
std::optional<std::vector<uint8_t>> CombinedKey::OpenBySecrets(
    const SealingContext& context, const SealedBox<kBytes>& sealed,
    std::span<const GroupSecret> secrets) const {
  const auto shared = SharedBySecrets(sealed.ephemeral, secrets);
  if (!shared.has_value()) return {};
  return OpenBox({&context, &sealed.ephemeral, &key_, &*shared}, sealed.box);
}

}  // namespace core
