#include "core/crypto/combined_key.h"

#include <algorithm>
#include <string_view>

#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

static_assert(crypto_core_ristretto255_BYTES == sizeof(GroupElement));
static_assert(crypto_core_ristretto255_SCALARBYTES == 32);
static_assert(crypto_core_ristretto255_NONREDUCEDSCALARBYTES == sizeof(DrawnBytes));
static_assert(kBoxBytes == kSealedBytesMax + 2 + crypto_aead_xchacha20poly1305_ietf_ABYTES);

using Scalar = std::array<uint8_t, 32>;
using Padded = std::array<uint8_t, kSealedBytesMax + 2>;
using BoxKey = SecretBytes<crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

constexpr std::string_view kOwnersDomain = "orbweaver owners 1";
constexpr std::string_view kCoefficientDomain = "orbweaver coefficient 1";
constexpr std::string_view kBoxDomain = "orbweaver box 1";
constexpr std::string_view kNonceDomain = "orbweaver share nonce 1";
constexpr std::string_view kShareDomain = "orbweaver share 1";

// n P. Nothing: P is no element, or the product is the identity, which no honest peer sends.
std::optional<GroupElement> Multiply(std::span<const uint8_t> n, const GroupElement& point) {
  GroupElement product;
  if (crypto_scalarmult_ristretto255(product.data(), n.data(), point.data()) != 0) return {};
  return product;
}

GroupElement Add(const GroupElement& a, const GroupElement& b) {
  GroupElement sum;
  CHECK(crypto_core_ristretto255_add(sum.data(), a.data(), b.data()) == 0);
  return sum;
}

// Nothing: the secret is zero, which somebody may have sent.
std::optional<GroupElement> KeyOf(const GroupSecret& secret) {
  GroupElement key;
  if (crypto_scalarmult_ristretto255_base(key.data(), secret.bytes().data()) != 0) return {};
  return key;
}

// One number, one encoding: otherwise one share could be sent as two.
bool IsReduced(const Scalar& scalar) {
  DrawnBytes wide{};
  std::copy(scalar.begin(), scalar.end(), wide.begin());
  Scalar reduced;
  crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
  return reduced == scalar;
}

// response * base - challenge * image: what the prover began with, if it knows the logarithm.
std::optional<GroupElement> Commitment(const OpeningShare& share,
                                       const std::optional<GroupElement>& answered,
                                       const GroupElement& image) {
  const auto taken = Multiply(share.challenge, image);
  GroupElement difference;
  if (!answered.has_value() || !taken.has_value() ||
      crypto_core_ristretto255_sub(difference.data(), answered->data(), taken->data()) != 0) {
    return {};
  }
  return difference;
}

BoxKey KeyOfBox(const GroupElement& ephemeral, const GroupElement& shared, const GroupElement& key,
                const SealingContext& context) {
  BoxKey box_key;
  Blake2b<32>(kBoxDomain).Add(ephemeral).Add(shared).Add(key).Add(context).End(box_key.bytes());
  return box_key;
}

// Each key seals one box, so its nonce need not differ from another's.
constexpr std::array<uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kBoxNonce{};

// The length in the first two bytes, zeros behind the record: all boxes have one size.
std::optional<std::vector<uint8_t>> Unpadded(const Padded& padded) {
  const size_t size = static_cast<size_t>(padded[0]) << 8 | padded[1];
  if (size > kSealedBytesMax) return {};
  const auto record = std::span(padded).subspan(2, size);
  const auto rest = std::span(padded).subspan(2 + size);
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t byte) { return byte != 0; })) return {};
  return std::vector<uint8_t>(record.begin(), record.end());
}

std::optional<std::vector<uint8_t>> OpenBox(const BoxKey& box_key, const SealingContext& context,
                                            const SealedRecord& sealed) {
  Padded padded;
  const bool opened =
      crypto_aead_xchacha20poly1305_ietf_decrypt(padded.data(), nullptr, nullptr, sealed.box.data(),
                                                 sealed.box.size(), context.data(), context.size(),
                                                 kBoxNonce.data(), box_key.bytes().data()) == 0;
  auto record = opened ? Unpadded(padded) : std::nullopt;
  Wipe(padded);
  return record;
}

Scalar ChallengeOf(std::span<const GroupElement> told) {
  Blake2b<64> hash(kShareDomain);
  for (const GroupElement& element : told) hash.Add(element);
  Scalar challenge;
  hash.EndAsScalar(challenge);
  return challenge;
}

}  // namespace

GroupSecret GroupSecretFrom(const DrawnBytes& drawn) {
  GroupSecret secret;
  crypto_core_ristretto255_scalar_reduce(secret.bytes().data(), drawn.data());
  return secret;
}

GroupElement GroupKeyOf(const GroupSecret& secret) {
  const auto key = KeyOf(secret);
  CHECK(key.has_value());
  return *key;
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
    Scalar& coefficient = combined.coefficients_.emplace_back();
    Blake2b<64>(kCoefficientDomain).Add(all).Add(owner).EndAsScalar(coefficient);
    const auto weighted = Multiply(coefficient, owner);
    if (!weighted.has_value()) return InvalidArgument("combined key: bytes that are no key");
    combined.key_ = combined.coefficients_.size() == 1 ? *weighted : Add(combined.key_, *weighted);
  }
  if (sodium_is_zero(combined.key_.data(), combined.key_.size()) != 0) {
    return InvalidArgument("combined key: keys that cancel each other out");
  }
  return combined;
}

std::optional<size_t> CombinedKey::OwnerOf(const GroupElement& key) const {
  const auto at = std::lower_bound(owners_.begin(), owners_.end(), key);
  if (at == owners_.end() || *at != key) return {};
  return static_cast<size_t>(at - owners_.begin());
}

std::optional<GroupElement> CombinedKey::BaseOf(size_t owner, const SealedRecord& sealed) const {
  return Multiply(coefficients_[owner], sealed.ephemeral);
}

StatusOr<SealedRecord> CombinedKey::Seal(const SealingContext& context,
                                         std::span<const uint8_t> record,
                                         const DrawnBytes& drawn) const {
  if (record.size() > kSealedBytesMax) return InvalidArgument("sealed record: above 1022 bytes");
  const GroupSecret once = GroupSecretFrom(drawn);
  SealedRecord sealed{.ephemeral = GroupKeyOf(once)};
  const auto shared = Multiply(once.bytes(), key_);
  CHECK(shared.has_value());
  Padded padded{static_cast<uint8_t>(record.size() >> 8), static_cast<uint8_t>(record.size())};
  std::copy(record.begin(), record.end(), padded.begin() + 2);
  const BoxKey box_key = KeyOfBox(sealed.ephemeral, *shared, key_, context);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.box.data(), nullptr, padded.data(),
                                             padded.size(), context.data(), context.size(), nullptr,
                                             kBoxNonce.data(), box_key.bytes().data());
  Wipe(padded);
  return sealed;
}

std::optional<OpeningShare> CombinedKey::ShareOf(const GroupSecret& secret,
                                                 const SealedRecord& sealed) const {
  const GroupElement key = GroupKeyOf(secret);
  const auto owner = OwnerOf(key);
  const auto base = owner.has_value() ? BaseOf(*owner, sealed) : std::nullopt;
  const auto element = base.has_value() ? Multiply(secret.bytes(), *base) : std::nullopt;
  if (!element.has_value()) return {};
  // Of the secret and of what is shown, as in Ed25519: no two proofs begin with the same nonce.
  GroupSecret nonce;
  Blake2b<64>(kNonceDomain).Add(secret.bytes()).Add(key_).Add(*base).EndAsScalar(nonce.bytes());
  const auto on_base = Multiply(nonce.bytes(), *base);
  if (!on_base.has_value()) return {};
  const GroupElement told[] = {key_, key, *base, *element, GroupKeyOf(nonce), *on_base};
  OpeningShare share{.element = *element, .challenge = ChallengeOf(told)};
  GroupSecret product;
  crypto_core_ristretto255_scalar_mul(product.bytes().data(), share.challenge.data(),
                                      secret.bytes().data());
  crypto_core_ristretto255_scalar_add(share.response.data(), nonce.bytes().data(),
                                      product.bytes().data());
  return share;
}

bool CombinedKey::IsShareOf(size_t owner, const SealedRecord& sealed,
                            const OpeningShare& share) const {
  const auto base = BaseOf(owner, sealed);
  if (!base.has_value() || !IsReduced(share.response)) return false;
  GroupElement answered;
  const bool answers =
      crypto_scalarmult_ristretto255_base(answered.data(), share.response.data()) == 0;
  const auto on_generator =
      Commitment(share, answers ? std::optional(answered) : std::nullopt, owners_[owner]);
  const auto on_base = Commitment(share, Multiply(share.response, *base), share.element);
  if (!on_generator.has_value() || !on_base.has_value()) return false;
  const GroupElement told[] = {key_, owners_[owner], *base, share.element, *on_generator, *on_base};
  return ChallengeOf(told) == share.challenge;
}

std::optional<std::vector<uint8_t>> CombinedKey::OpenByShares(
    const SealingContext& context, const SealedRecord& sealed,
    std::span<const OpeningShare> shares) const {
  if (shares.size() != owners_.size()) return {};
  GroupElement shared = shares.front().element;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (!IsShareOf(i, sealed, shares[i])) return {};
    if (i > 0) shared = Add(shared, shares[i].element);
  }
  return OpenBox(KeyOfBox(sealed.ephemeral, shared, key_, context), context, sealed);
}

std::optional<std::vector<uint8_t>> CombinedKey::OpenBySecrets(
    const SealingContext& context, const SealedRecord& sealed,
    std::span<const GroupSecret> secrets) const {
  if (secrets.size() != owners_.size()) return {};
  GroupSecret combined;
  std::vector<bool> seen(owners_.size());
  for (const GroupSecret& secret : secrets) {
    const auto key = KeyOf(secret);
    const auto owner = key.has_value() ? OwnerOf(*key) : std::nullopt;
    if (!owner.has_value() || seen[*owner]) return {};
    seen[*owner] = true;
    GroupSecret part;
    crypto_core_ristretto255_scalar_mul(part.bytes().data(), coefficients_[*owner].data(),
                                        secret.bytes().data());
    crypto_core_ristretto255_scalar_add(combined.bytes().data(), combined.bytes().data(),
                                        part.bytes().data());
  }
  const auto shared = Multiply(combined.bytes(), sealed.ephemeral);
  if (!shared.has_value()) return {};
  return OpenBox(KeyOfBox(sealed.ephemeral, *shared, key_, context), context, sealed);
}

}  // namespace core
