#include "core/crypto/threshold_key.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

constexpr std::string_view kPossessionDomain = "orbweaver possession 1";

// What stands at 0 for the value at owner's place, among owners that ascend: product of
// m / (m - j).
GroupScalar LagrangeAtZero(std::span<const size_t> owners, size_t owner) {
  GroupScalar above = ScalarOf(1);
  GroupScalar below = ScalarOf(1);
  for (const size_t other : owners) {
    if (other == owner) continue;
    GroupScalar difference;
    crypto_core_ristretto255_scalar_sub(difference.data(), ScalarOf(other + 1).data(),
                                        ScalarOf(owner + 1).data());
    crypto_core_ristretto255_scalar_mul(above.data(), above.data(), ScalarOf(other + 1).data());
    crypto_core_ristretto255_scalar_mul(below.data(), below.data(), difference.data());
  }
  GroupScalar inverse;
  CHECK(crypto_core_ristretto255_scalar_invert(inverse.data(), below.data()) == 0);
  GroupScalar coefficient;
  crypto_core_ristretto255_scalar_mul(coefficient.data(), above.data(), inverse.data());
  return coefficient;
}

// The owners of what came forward; nothing when one comes twice or there are too few of them.
template <typename Shares>
std::optional<std::vector<size_t>> OwnersOf(const Shares& shares, size_t threshold) {
  std::vector<size_t> owners;
  for (const auto& share : shares) owners.push_back(share.owner);
  std::sort(owners.begin(), owners.end());
  const bool twice = std::adjacent_find(owners.begin(), owners.end()) != owners.end();
  if (twice || owners.size() < threshold) return {};
  return owners;
}

}  // namespace

StatusOr<DisclosedKey> DisclosedKey::Of(const GroupElement& key, GroupSecret secret) {
  if (GroupKeyIfAny(std::as_const(secret).bytes()) != key) {
    return InvalidArgument("disclosed key: the secret of another key");
  }
  return DisclosedKey(key, std::move(secret));
}

StatusOr<ThresholdKey> ThresholdKey::Of(const KeySharing& sharing,
                                        std::span<const Dealing> dealings) {
  const CombinedKey& combined = sharing.key();
  const size_t owners = combined.owners().size();
  if (dealings.size() != owners) {
    return InvalidArgument(
        absl::StrCat("threshold key: ", dealings.size(), " dealings of ", owners, " owners"));
  }
  ThresholdKey key;
  key.key_ = combined.key();
  key.threshold_ = sharing.threshold();
  std::vector<GroupElement> commitments(sharing.threshold());
  for (size_t i = 0; i < owners; ++i) {
    RETURN_IF_ERROR(sharing.Check(i, dealings[i]));
    key.coefficients_.push_back(combined.coefficient(i));
    for (size_t k = 0; k < commitments.size(); ++k) {
      const auto weighted = GroupProduct(combined.coefficient(i), dealings[i].commitments[k]);
      if (!weighted.has_value()) return InvalidArgument("threshold key: no commitment");
      commitments[k] = i == 0 ? *weighted : GroupSum(commitments[k], *weighted);
    }
  }
  for (size_t owner = 0; owner < owners; ++owner) {
    const auto share_key = CommittedAt(commitments, owner + 1);
    if (!share_key.has_value() || IsIdentity(*share_key)) {
      return InvalidArgument("threshold key: dealings that cancel each other out");
    }
    key.share_keys_.push_back(*share_key);
  }
  Blake2b<64> all(kPossessionDomain);
  all.Add(key.key_);
  for (const GroupElement& share_key : key.share_keys_) all.Add(share_key);
  GroupSecret rehearsed;
  all.EndAsScalar(rehearsed.bytes());
  key.rehearsal_ = GroupKeyOf(rehearsed);
  return key;
}

OpeningShare ThresholdKey::PossessionOf(const GroupSecret& share) const {
  return ProvenShare({.sealed_to = key_, .base = rehearsal_}, share).value();
}

GroupSecret ThresholdKey::ShareOf(std::span<const GroupSecret> received) const {
  CHECK(received.size() == coefficients_.size());
  GroupSecret share;
  for (size_t i = 0; i < received.size(); ++i) {
    MultiplyAdd(coefficients_[i], received[i].bytes(), share.bytes(), share.bytes());
  }
  return share;
}

bool ThresholdKey::IsOpening(const GroupElement& ephemeral, const OwnersOpening& opening) const {
  return opening.owner < share_keys_.size() &&
         IsProvenShare({.sealed_to = key_, .base = ephemeral}, share_keys_[opening.owner],
                       opening.share);
}

std::optional<GroupElement> ThresholdKey::SharedBy(const GroupElement& ephemeral,
                                                   std::span<const OwnersOpening> openings) const {
  const auto owners = OwnersOf(openings, threshold_);
  if (!owners.has_value()) return {};
  std::optional<GroupElement> shared;
  for (const OwnersOpening& opening : openings) {
    if (!IsOpening(ephemeral, opening)) return {};
    const auto part = GroupProduct(LagrangeAtZero(*owners, opening.owner), opening.share.element);
    if (!part.has_value()) return {};
    shared = shared.has_value() ? GroupSum(*shared, *part) : *part;
  }
  return shared;
}

bool ThresholdKey::IsRelease(const OwnersRelease& release) const {
  return release.owner < share_keys_.size() && IsReduced(release.share) &&
         GroupKeyIfAny(release.share) == share_keys_[release.owner];
}

StatusOr<DisclosedKey> ThresholdKey::Disclose(std::span<const OwnersRelease> releases) const {
  const auto owners = OwnersOf(releases, threshold_);
  if (!owners.has_value()) {
    return InvalidArgument(absl::StrCat("released key: ", releases.size(), " shares, not ",
                                        threshold_, " of different owners"));
  }
  GroupSecret secret;
  for (const OwnersRelease& release : releases) {
    if (!IsRelease(release)) {
      return InvalidArgument(
          absl::StrCat("released key: the share of owner ", release.owner, " is wrong"));
    }
    MultiplyAdd(LagrangeAtZero(*owners, release.owner), release.share, secret.bytes(),
                secret.bytes());
  }
  return DisclosedKey::Of(key_, std::move(secret));
}

}  // namespace core
