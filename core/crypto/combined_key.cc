#include "core/crypto/combined_key.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

constexpr std::string_view kOwnersDomain = "orbweaver owners 1";
constexpr std::string_view kCoefficientDomain = "orbweaver coefficient 1";

}  // namespace

Status TooLargeForBox(size_t found, size_t allowed) {
  return InvalidArgument(absl::StrCat("sealed record: ", found, " bytes, above ", allowed));
}

StatusOr<CombinedKey> CombinedKey::Of(std::span<const GroupElement> keys) {
  if (keys.empty() || keys.size() > kOwnersMax) {
    return InvalidArgument("combined key: not of 1 to 64 keys");
  }
  CombinedKey combined;
  combined.owners_.assign(keys.begin(), keys.end());
  std::sort(combined.owners_.begin(), combined.owners_.end());
  if (std::adjacent_find(combined.owners_.begin(), combined.owners_.end()) !=
      combined.owners_.end()) {
    return InvalidArgument("combined key: a key twice");
  }
  std::array<uint8_t, 64> all;
  Blake2b<64> hash(kOwnersDomain);
  for (const GroupElement& owner : combined.owners_) hash.Add(owner);
  hash.End(all);
  for (const GroupElement& owner : combined.owners_) {
    GroupScalar& coefficient = combined.coefficients_.emplace_back();
    Blake2b<64>(kCoefficientDomain).Add(all).Add(owner).EndAsScalar(coefficient);
    const auto weighted = GroupProduct(coefficient, owner);
    if (!weighted.has_value()) return InvalidArgument("combined key: bytes that are no key");
    combined.key_ =
        combined.coefficients_.size() == 1 ? *weighted : GroupSum(combined.key_, *weighted);
  }
  if (IsIdentity(combined.key_)) {
    return InvalidArgument("combined key: keys that cancel each other out");
  }
  return combined;
}

std::optional<size_t> CombinedKey::OwnerOf(const GroupElement& key) const {
  const auto at = std::lower_bound(owners_.begin(), owners_.end(), key);
  if (at == owners_.end() || *at != key) return {};
  return static_cast<size_t>(at - owners_.begin());
}

std::optional<ShareTerms> CombinedKey::TermsOf(size_t owner, const GroupElement& ephemeral) const {
  const auto base = GroupProduct(coefficients_[owner], ephemeral);
  if (!base.has_value()) return {};
  return ShareTerms{.sealed_to = key_, .base = *base};
}

std::pair<GroupElement, GroupElement> CombinedKey::Exchange(const DrawnBytes& drawn) const {
  const GroupSecret once = GroupSecretFrom(drawn);
  const auto shared = GroupProduct(once.bytes(), key_);
  CHECK(shared.has_value());
  return {GroupKeyOf(once), *shared};
}

std::optional<OpeningShare> CombinedKey::ShareAt(const GroupSecret& secret,
                                                 const GroupElement& ephemeral) const {
  const auto owner = OwnerOf(GroupKeyOf(secret));
  const auto terms = owner.has_value() ? TermsOf(*owner, ephemeral) : std::nullopt;
  return terms.has_value() ? ProvenShare(*terms, secret) : std::nullopt;
}

bool CombinedKey::IsShareAt(size_t owner, const GroupElement& ephemeral,
                            const OpeningShare& share) const {
  const auto terms = TermsOf(owner, ephemeral);
  return terms.has_value() && IsProvenShare(*terms, owners_[owner], share);
}

std::optional<GroupElement> CombinedKey::SharedByShares(
    const GroupElement& ephemeral, std::span<const OpeningShare> shares) const {
  if (shares.size() != owners_.size()) return {};
  GroupElement shared = shares.front().element;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (!IsShareAt(i, ephemeral, shares[i])) return {};
    if (i > 0) shared = GroupSum(shared, shares[i].element);
  }
  return shared;
}

std::optional<GroupElement> CombinedKey::SharedBySecrets(
    const GroupElement& ephemeral, std::span<const GroupSecret> secrets) const {
  if (secrets.size() != owners_.size()) return {};
  GroupSecret combined;
  std::vector<bool> seen(owners_.size());
  for (const GroupSecret& secret : secrets) {
    const auto key = GroupKeyIfAny(secret.bytes());
    const auto owner = key.has_value() ? OwnerOf(*key) : std::nullopt;
    if (!owner.has_value() || seen[*owner]) return {};
    seen[*owner] = true;
    MultiplyAdd(coefficients_[*owner], secret.bytes(), combined.bytes(), combined.bytes());
  }
  return GroupProduct(combined.bytes(), ephemeral);
}

}  // namespace core
