#include "core/crypto/key_sharing.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

constexpr std::string_view kCoefficientDomain = "orbweaver dealt coefficient 1";
constexpr std::string_view kEphemeralDomain = "orbweaver dealt ephemeral 1";
constexpr std::string_view kPartDomain = "orbweaver dealt part 1";

DrawnBytes Expanded(std::string_view domain, const DrawnBytes& drawn, size_t index) {
  DrawnBytes expanded;
  Blake2b<64>(domain).Add(drawn).Add(ScalarOf(index)).End(expanded);
  return expanded;
}

// f(x) by Horner's rule; coefficients from the constant on.
GroupSecret ValueAt(std::span<const GroupSecret> coefficients, size_t x) {
  GroupSecret value;
  for (size_t k = coefficients.size(); k-- > 0;) {
    MultiplyAdd(value.bytes(), ScalarOf(x), coefficients[k].bytes(), value.bytes());
  }
  return value;
}

}  // namespace

GroupScalar ScalarOf(size_t number) {
  GroupScalar scalar{};
  for (size_t i = 0; i < sizeof(number); ++i) scalar[i] = static_cast<uint8_t>(number >> (8 * i));
  return scalar;
}

std::optional<GroupElement> CommittedAt(const std::vector<GroupElement>& commitments, size_t x) {
  std::optional<GroupElement> value;
  for (size_t k = commitments.size(); k-- > 0;) {
    // Only GroupProduct looks whether bytes are an element.
    if (!GroupProduct(ScalarOf(1), commitments[k]).has_value()) return {};
    if (value.has_value()) value = GroupProduct(ScalarOf(x), *value);
    if (!value.has_value() && k + 1 < commitments.size()) return {};
    value = value.has_value() ? GroupSum(*value, commitments[k]) : commitments[k];
  }
  return value;
}

StatusOr<KeySharing> KeySharing::Of(CombinedKey key, size_t threshold,
                                    const SealingContext& context) {
  if (threshold == 0 || threshold > key.owners().size()) {
    return InvalidArgument(absl::StrCat("key sharing: threshold ", threshold, ", not from 1 to ",
                                        key.owners().size()));
  }
  return KeySharing(std::move(key), threshold, context);
}

CombinedKey KeySharing::BoxKeyOf(size_t receiver) const {
  return CombinedKey::Of(key_.owners().subspan(receiver, 1)).value();
}

SealingContext KeySharing::ContextOf(size_t dealer, size_t receiver) const {
  SealingContext context;
  Blake2b<32>(kPartDomain)
      .Add(context_)
      .Add(key_.key())
      .Add(ScalarOf(dealer))
      .Add(ScalarOf(receiver))
      .End(context);
  return context;
}

Dealing KeySharing::Deal(const GroupSecret& secret, const DrawnBytes& drawn) const {
  const auto dealer = key_.OwnerOf(GroupKeyOf(secret));
  CHECK(dealer.has_value());
  std::vector<GroupSecret> coefficients;
  Dealing dealing;
  for (size_t k = 0; k < threshold_; ++k) {
    DrawnBytes expanded = Expanded(kCoefficientDomain, drawn, k);
    coefficients.push_back(k == 0 ? GroupSecret(secret.bytes()) : GroupSecretFrom(expanded));
    dealing.commitments.push_back(GroupKeyOf(coefficients.back()));
    Wipe(expanded);
  }
  for (size_t receiver = 0; receiver < key_.owners().size(); ++receiver) {
    const GroupSecret part = ValueAt(coefficients, receiver + 1);
    DrawnBytes expanded = Expanded(kEphemeralDomain, drawn, receiver);
    dealing.shares.push_back(
        BoxKeyOf(receiver)
            .Seal<kDealtBytes>(ContextOf(*dealer, receiver), part.bytes(), expanded)
            .value());
    Wipe(expanded);
  }
  return dealing;
}

Status KeySharing::Check(size_t dealer, const Dealing& dealing) const {
  const size_t owners = key_.owners().size();
  if (dealing.commitments.size() != threshold_) {
    return InvalidArgument(
        absl::StrCat("dealing: ", dealing.commitments.size(), " commitments, not ", threshold_));
  }
  if (dealing.shares.size() != owners) {
    return InvalidArgument(
        absl::StrCat("dealing: ", dealing.shares.size(), " shares, not ", owners));
  }
  if (dealing.commitments.front() != key_.owners()[dealer]) {
    return InvalidArgument("dealing: of another secret than the dealer's");
  }
  for (size_t receiver = 0; receiver < owners; ++receiver) {
    if (!CommittedAt(dealing.commitments, receiver + 1).has_value()) {
      return InvalidArgument("dealing: commitments that are no elements or cancel each other out");
    }
    // Otherwise nobody could prove what is wrong with the box.
    if (!GroupProduct(ScalarOf(1), dealing.shares[receiver].ephemeral).has_value()) {
      return InvalidArgument(absl::StrCat("dealing: share ", receiver, " has no ephemeral"));
    }
  }
  return {};
}

bool KeySharing::IsGood(const Dealing& dealing, size_t receiver,
                        const std::optional<std::vector<uint8_t>>& part) const {
  if (!part.has_value() || part->size() != kDealtBytes) return false;
  const std::span<const uint8_t, kDealtBytes> scalar(part->data(), kDealtBytes);
  return IsReduced(scalar) &&
         GroupKeyIfAny(scalar) == CommittedAt(dealing.commitments, receiver + 1);
}

std::optional<GroupSecret> KeySharing::Received(size_t dealer, const Dealing& dealing,
                                                const GroupSecret& secret) const {
  const auto receiver = key_.OwnerOf(GroupKeyOf(secret));
  CHECK(receiver.has_value());
  const std::span<const GroupSecret> alone(&secret, 1);
  auto part = BoxKeyOf(*receiver).OpenBySecrets(ContextOf(dealer, *receiver),
                                                dealing.shares[*receiver], alone);
  if (!IsGood(dealing, *receiver, part)) return {};
  GroupSecret received{std::span<const uint8_t, kDealtBytes>(part->data(), kDealtBytes)};
  Wipe(*part);
  return received;
}

std::optional<OpeningShare> KeySharing::Complaint(size_t dealer, const Dealing& dealing,
                                                  const GroupSecret& secret) const {
  if (Received(dealer, dealing, secret).has_value()) return {};
  const size_t receiver = *key_.OwnerOf(GroupKeyOf(secret));
  return BoxKeyOf(receiver).ShareOf(secret, dealing.shares[receiver]);
}

bool KeySharing::IsComplaint(size_t dealer, const Dealing& dealing, size_t receiver,
                             const OpeningShare& opening) const {
  const CombinedKey box_key = BoxKeyOf(receiver);
  const SealedShare& sealed = dealing.shares[receiver];
  if (!box_key.IsShareOf(0, sealed, opening)) return false;
  const std::span<const OpeningShare> alone(&opening, 1);
  return !IsGood(dealing, receiver,
                 box_key.OpenByShares(ContextOf(dealer, receiver), sealed, alone));
}

}  // namespace core
