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

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/crypto/secret_bytes.h"

namespace core {

using GroupElement = std::array<uint8_t, 32>;  // Canonical.
using GroupSecret = SecretBytes<32>;           // A scalar, not zero.
using DrawnBytes = std::array<uint8_t, 64>;    // Uniform, used once, wiped by whoever drew them.

// REQUIRES: drawn is uniform.
[[nodiscard]] GroupSecret GroupSecretFrom(const DrawnBytes& drawn);
// REQUIRES: the secret is this peer's own.
[[nodiscard]] GroupElement GroupKeyOf(const GroupSecret& secret);

// What a box is for: network, election, attempt, list. A box opens in its own context alone.
using SealingContext = Digest256;

inline constexpr size_t kOwnersMax = 64;
inline constexpr size_t kSealedBytesMax = 1022;  // What a box holds at most.
inline constexpr size_t kBoxBytes = kSealedBytesMax + 2 + 16;

struct SealedRecord {
  GroupElement ephemeral{};
  std::array<uint8_t, kBoxBytes> box{};

  friend bool operator==(const SealedRecord&, const SealedRecord&) = default;
};

// An owner's part of opening one record, which shows that it is that owner's.
struct OpeningShare {
  GroupElement element{};
  std::array<uint8_t, 32> challenge{};
  std::array<uint8_t, 32> response{};

  friend bool operator==(const OpeningShare&, const OpeningShare&) = default;
};

class CombinedKey {
 public:
  // Errors: no key or more than kOwnersMax, bytes that are no key, keys that cancel each other out, a
  // key twice (its owner would open alone what two were to open).
  static StatusOr<CombinedKey> Of(std::span<const GroupElement> keys);

  // Ascending, whatever order they were given in.
  [[nodiscard]] std::span<const GroupElement> owners() const { return owners_; }

  [[nodiscard]] const GroupElement& key() const { return key_; }

  // Errors: more than kSealedBytesMax bytes.
  [[nodiscard]] StatusOr<SealedRecord> Seal(const SealingContext& context,
                                            std::span<const uint8_t> record,
                                            const DrawnBytes& drawn) const;

  // Nothing: the secret is no owner's, or the record's ephemeral is no element.
  [[nodiscard]] std::optional<OpeningShare> ShareOf(const GroupSecret& secret,
                                                    const SealedRecord& sealed) const;
  // REQUIRES: owner < owners().size().
  [[nodiscard]] bool IsShareOf(size_t owner, const SealedRecord& sealed,
                               const OpeningShare& share) const;

  // One share of each owner, in their order. Nothing: one of them is wrong, or the box was not made
  // for this key and context.
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenByShares(
      const SealingContext& context, const SealedRecord& sealed,
      std::span<const OpeningShare> shares) const;
  // All owners' secrets, in any order: what they have disclosed to each other.
  [[nodiscard]] std::optional<std::vector<uint8_t>> OpenBySecrets(
      const SealingContext& context, const SealedRecord& sealed,
      std::span<const GroupSecret> secrets) const;

 private:
  using Scalar = std::array<uint8_t, 32>;

  CombinedKey() = default;
  [[nodiscard]] std::optional<size_t> OwnerOf(const GroupElement& key) const;
  // What an owner's share is taken of: a_i R. Nothing: R is no element.
  [[nodiscard]] std::optional<GroupElement> BaseOf(size_t owner, const SealedRecord& sealed) const;

  std::vector<GroupElement> owners_;
  std::vector<Scalar> coefficients_;
  GroupElement key_{};
};

}  // namespace core
