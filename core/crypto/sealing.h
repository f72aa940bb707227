// Sealing: what protocol code may do with records that others open: seal them to several owners
// together, open them by shares or by disclosed secrets, and seal bytes to one key. Two
// implementations: ristretto_sealing (real) and modelled_sealing (same sizes, same refusals, a few
// hashes instead of group operations; for runs of many voters).
//
//   to several owners   core/crypto/combined_key.h: R (32), box (fixed)         kSealedRecordBytes in all
//   to one key          R (32), box (as long as the bytes), tag (16)            kLayerBytes more
//
// Invariants: (1) what is sealed to several opens only with a share or the secret of every one of them;
// (2) a box opens in its own context alone: network, election, attempt, list; (3) all boxes of a kind
// have one size, whatever they hold (N12); (4) nothing here draws: callers hand over uniform bytes, each
// once (Draw makes them of a seed), so a replay repeats every box.
//
// Thread rule: const calls come from several threads at once. Errors: what comes from others is refused
// by a Status, nothing or false, never by a CHECK. Source: protocol document, 1.6.5 and 1.6.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/crypto/ballot.h"
#include "core/crypto/combined_key.h"

namespace core {

inline constexpr size_t kSealedRecordBytes = sizeof(GroupElement) + kBoxBytes;
inline constexpr size_t kLayerBytes = sizeof(GroupElement) + 16;
// What one layer holds at most: a sealed record in the fifteen layers of a pool of sixteen, and more.
inline constexpr size_t kLayeredBytesMax = 4096;

using Owners = std::span<const GroupElement>;
using Secrets = std::span<const GroupSecret>;
using SealedBytes = std::vector<uint8_t>;

class Sealing {
 public:
  virtual ~Sealing() = default;

  // REQUIRES: drawn is uniform.
  [[nodiscard]] virtual GroupSecret SecretFrom(const DrawnBytes& drawn) const = 0;
  // REQUIRES: the secret is this peer's own.
  [[nodiscard]] virtual GroupElement KeyOf(const GroupSecret& secret) const = 0;
  // For keys that others give out: any 32 bytes.
  [[nodiscard]] virtual bool IsKey(const GroupElement& bytes) const = 0;
  // For secrets that others disclose: any 32 bytes.
  [[nodiscard]] virtual bool IsSecretOf(const GroupElement& key,
                                        const GroupSecret& secret) const = 0;

  // kSealedRecordBytes that the owners open together. Errors: not 1 to kOwnersMax owners, one twice,
  // bytes that are no key, keys that cancel each other out, more than kSealedBytesMax bytes.
  [[nodiscard]] virtual StatusOr<SealedBytes> Seal(Owners owners, const SealingContext& context,
                                                   std::span<const uint8_t> record,
                                                   const DrawnBytes& drawn) const = 0;

  // The same with a box of an election's kind: kSealedBallotBytes, of at most kBallotBytesMax bytes.
  [[nodiscard]] virtual StatusOr<SealedBytes> SealBallot(Owners owners,
                                                         const SealingContext& context,
                                                         std::span<const uint8_t> ballot,
                                                         const DrawnBytes& drawn) const = 0;

  // Opens a list, in its order. Secrets of all owners, in any order. Nothing: a secret is missing, not
  // an owner's or there twice, or one of the boxes was not made for these owners and this context.
  [[nodiscard]] virtual std::optional<std::vector<std::vector<uint8_t>>> OpenWithSecrets(
      Owners owners, const SealingContext& context, std::span<const SealedBytes> sealed,
      Secrets secrets) const = 0;

  // An owner's part of opening one record. Nothing: the secret is no owner's, or this is no record.
  [[nodiscard]] virtual std::optional<OpeningShare> ShareOf(Owners owners,
                                                            std::span<const uint8_t> sealed,
                                                            const GroupSecret& secret) const = 0;
  // Whether it is the share of `owner`, one of the owners.
  [[nodiscard]] virtual bool IsShareOf(Owners owners, std::span<const uint8_t> sealed,
                                       const GroupElement& owner,
                                       const OpeningShare& share) const = 0;
  // shares[i] is that of owners[i]. Nothing: one is wrong, or the box was not made for these owners and
  // this context.
  [[nodiscard]] virtual std::optional<std::vector<uint8_t>> OpenWithShares(
      Owners owners, const SealingContext& context, std::span<const uint8_t> sealed,
      std::span<const OpeningShare> shares) const = 0;

  // bytes.size() + kLayerBytes that the key's secret opens. Errors: bytes that are no key, more than
  // kLayeredBytesMax.
  [[nodiscard]] virtual StatusOr<SealedBytes> SealTo(const GroupElement& key,
                                                     const SealingContext& context,
                                                     std::span<const uint8_t> bytes,
                                                     const DrawnBytes& drawn) const = 0;
  // Nothing: not sealed to this secret's key in this context, or changed since.
  [[nodiscard]] virtual std::optional<std::vector<uint8_t>> OpenAt(
      const GroupSecret& secret, const SealingContext& context,
      std::span<const uint8_t> sealed) const = 0;
};

// Uniform bytes out of a seed that its owner keeps secret: the same ones for the same question, and
// ones that say nothing about each other for two labels or two counters. REQUIRES: at most 64 bytes
// of label; no two uses share label and counter.
[[nodiscard]] DrawnBytes Draw(std::span<const uint8_t, 32> seed, std::string_view label,
                              uint64_t counter);

}  // namespace core
