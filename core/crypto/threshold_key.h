// A combined key whose owners have dealt their secrets to each other: t of its n owners open what is
// sealed to it, fewer do not.
//
//   F(x)         sum of a_i f_i(x), of degree t - 1; F(0) G is the combined key
//   share        s_j = F(j), known to owner j alone; share key S_j = F(j) G, known to everybody
//   opening      D_j = s_j R with a proof that log_G S_j = log_R D_j; S = sum of l_j D_j
//   released     s_j itself, good if s_j G = S_j; t of them give F(0), which opens everything
//   possession   an opening of R = e G, where e follows from all share keys: known to everybody
//
// l_j is Lagrange's coefficient for 0 among the owners who came forward. A wrong share names its
// owner either way. Openings show that a key works without giving it up; releases end an election.
// Thread rule: any thread. Errors: what comes from others is refused, never a CHECK. REQUIRES: a
// SodiumSuite has been made. Source: protocol document, 1.6.5; docs/decisions/0024.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/status.h"
#include "core/crypto/key_sharing.h"

namespace core {

struct OwnersOpening {
  size_t owner = 0;
  OpeningShare share;
};

struct OwnersRelease {
  size_t owner = 0;
  GroupScalar share{};
};

// The secret of a threshold key after its release.
class DisclosedKey {
 public:
  // Errors: the secret is not the key's.
  static StatusOr<DisclosedKey> Of(const GroupElement& key, GroupSecret secret);

  // Nothing: the box was not made for this key and context.
  template <size_t kBytes>
  [[nodiscard]] std::optional<std::vector<uint8_t>> Open(const SealingContext& context,
                                                         const SealedBox<kBytes>& sealed) const {
    const auto shared = GroupProduct(secret_.bytes(), sealed.ephemeral);
    if (!shared.has_value()) return {};
    return OpenBox({&context, &sealed.ephemeral, &key_, &*shared}, sealed.box);
  }

 private:
  DisclosedKey(const GroupElement& key, GroupSecret secret)
      : key_(key), secret_(std::move(secret)) {}

  GroupElement key_;
  GroupSecret secret_;
};

class ThresholdKey {
 public:
  // One dealing of each owner, in their order. Errors: a dealing that Check refuses, dealings that
  // cancel each other out.
  static StatusOr<ThresholdKey> Of(const KeySharing& sharing, std::span<const Dealing> dealings);

  [[nodiscard]] size_t threshold() const { return threshold_; }

  [[nodiscard]] std::span<const GroupElement> share_keys() const { return share_keys_; }

  // An owner's share of what all dealers gave it. REQUIRES: one part of each owner, in their order.
  [[nodiscard]] GroupSecret ShareOf(std::span<const GroupSecret> received) const;

  // Nothing: the box's ephemeral is no element. REQUIRES: the share is this owner's own.
  [[nodiscard]] std::optional<OpeningShare> OpeningOf(const GroupSecret& share,
                                                      const GroupElement& ephemeral) const {
    return ProvenShare({.sealed_to = key_, .base = ephemeral}, share);
  }

  [[nodiscard]] bool IsOpening(const GroupElement& ephemeral, const OwnersOpening& opening) const;

  // Nothing: an owner twice, fewer than the threshold, one that is wrong, or the box was not made for
  // this key and context.
  template <size_t kBytes>
  [[nodiscard]] std::optional<std::vector<uint8_t>> Open(
      const SealingContext& context, const SealedBox<kBytes>& sealed,
      std::span<const OwnersOpening> openings) const {
    const auto shared = SharedBy(sealed.ephemeral, openings);
    if (!shared.has_value()) return {};
    return OpenBox({&context, &sealed.ephemeral, &key_, &*shared}, sealed.box);
  }

  // That an owner has its share, which tells nothing about it: who cannot show it was dealt badly, or
  // has lost it. REQUIRES: the share is this owner's own.
  [[nodiscard]] OpeningShare PossessionOf(const GroupSecret& share) const;

  [[nodiscard]] bool IsPossession(const OwnersOpening& possession) const {
    return IsOpening(rehearsal_, possession);
  }

  [[nodiscard]] bool IsRelease(const OwnersRelease& release) const;
  // Errors: an owner twice, fewer than the threshold, one that is wrong; says whose.
  [[nodiscard]] StatusOr<DisclosedKey> Disclose(std::span<const OwnersRelease> releases) const;

 private:
  ThresholdKey() = default;
  [[nodiscard]] std::optional<GroupElement> SharedBy(const GroupElement& ephemeral,
                                                     std::span<const OwnersOpening> openings) const;

  GroupElement key_{};
  size_t threshold_ = 0;
  std::vector<GroupScalar> coefficients_;  // a_i.
  std::vector<GroupElement> share_keys_;
  GroupElement
      rehearsal_{};  // A box's ephemeral that everybody can open: what possession is shown on.
};

}  // namespace core
