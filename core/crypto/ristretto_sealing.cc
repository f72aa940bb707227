#include "core/crypto/ristretto_sealing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/aead.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

static_assert(kLayerBytes == sizeof(GroupElement) + kAeadTagBytes);

constexpr std::string_view kLayerDomain = "orbweaver layer 1";
// Each key seals one layer, so its nonce need not differ from another's.
constexpr std::array<uint8_t, kAeadNonceBytes> kLayerNonce{};

// Nothing: the secret is zero, which somebody may have disclosed.
std::optional<GroupElement> KeyIfAny(const GroupSecret& secret) {
  GroupElement key;
  if (crypto_scalarmult_ristretto255_base(key.data(), secret.bytes().data()) != 0) return {};
  return key;
}

// One secret, one encoding.
bool IsReduced(const GroupSecret& secret) {
  DrawnBytes wide{};
  std::copy(secret.bytes().begin(), secret.bytes().end(), wide.begin());
  const GroupSecret reduced = GroupSecretFrom(wide);
  Wipe(wide);
  return sodium_memcmp(reduced.bytes().data(), secret.bytes().data(), secret.bytes().size()) == 0;
}

// What sealer and receiver agree on: `secret` is the one-time one or the receiver's, `other` the other
// one's key.
using Agreed = SecretBytes<sizeof(GroupElement)>;

// Nothing: `other` is no element.
std::optional<Agreed> Agree(const GroupSecret& secret, const GroupElement& other) {
  std::optional<Agreed> agreed(std::in_place);
  if (crypto_scalarmult_ristretto255(agreed->bytes().data(), secret.bytes().data(), other.data()) !=
      0) {
    return {};
  }
  return agreed;
}

SecretBytes<kAeadKeyBytes> KeyOfLayer(const GroupElement& ephemeral, const Agreed& agreed,
                                      const GroupElement& receiver, const SealingContext& context) {
  SecretBytes<kAeadKeyBytes> key;
  Blake2b<kAeadKeyBytes>(kLayerDomain)
      .Add(ephemeral)
      .Add(agreed.bytes())
      .Add(receiver)
      .Add(context)
      .End(key.bytes());
  return key;
}

}  // namespace

GroupSecret RistrettoSealing::SecretFrom(const DrawnBytes& drawn) const {
  return GroupSecretFrom(drawn);
}

GroupElement RistrettoSealing::KeyOf(const GroupSecret& secret) const {
  return GroupKeyOf(secret);
}

bool RistrettoSealing::IsKey(const GroupElement& bytes) const {
  return sodium_is_zero(bytes.data(), bytes.size()) == 0 &&
         crypto_core_ristretto255_is_valid_point(bytes.data()) == 1;
}

bool RistrettoSealing::IsSecretOf(const GroupElement& key, const GroupSecret& secret) const {
  return IsReduced(secret) && KeyIfAny(secret) == key;
}

StatusOr<SealedBytes> RistrettoSealing::Seal(Owners owners, const SealingContext& context,
                                             std::span<const uint8_t> record,
                                             const DrawnBytes& drawn) const {
  const auto key = CombinedKey::Of(owners);
  if (!key.ok()) return key.status();
  const auto sealed = key->Seal(context, record, drawn);
  if (!sealed.ok()) return sealed.status();
  return sealed->ToBytes();
}

StatusOr<SealedBytes> RistrettoSealing::SealBallot(Owners owners, const SealingContext& context,
                                                   std::span<const uint8_t> ballot,
                                                   const DrawnBytes& drawn) const {
  const auto key = CombinedKey::Of(owners);
  if (!key.ok()) return key.status();
  const auto sealed = key->Seal<kBallotBytesMax>(context, ballot, drawn);
  if (!sealed.ok()) return sealed.status();
  return sealed->ToBytes();
}

std::optional<std::vector<std::vector<uint8_t>>> RistrettoSealing::OpenWithSecrets(
    Owners owners, const SealingContext& context, std::span<const SealedBytes> sealed,
    Secrets secrets) const {
  const auto key = CombinedKey::Of(owners);
  if (!key.ok()) return {};
  std::vector<std::vector<uint8_t>> opened;
  for (const SealedBytes& each : sealed) {
    const auto record = SealedRecord::FromBytes(each);
    auto bytes = record.has_value() ? key->OpenBySecrets(context, *record, secrets) : std::nullopt;
    if (!bytes.has_value()) return {};
    opened.push_back(*std::move(bytes));
  }
  return opened;
}

std::optional<OpeningShare> RistrettoSealing::ShareOf(Owners owners,
                                                      std::span<const uint8_t> sealed,
                                                      const GroupSecret& secret) const {
  const auto key = CombinedKey::Of(owners);
  const auto record = SealedRecord::FromBytes(sealed);
  if (!key.ok() || !record.has_value() || !KeyIfAny(secret).has_value()) return {};
  return key->ShareOf(secret, *record);
}

bool RistrettoSealing::IsShareOf(Owners owners, std::span<const uint8_t> sealed,
                                 const GroupElement& owner, const OpeningShare& share) const {
  const auto key = CombinedKey::Of(owners);
  const auto record = SealedRecord::FromBytes(sealed);
  if (!key.ok() || !record.has_value()) return false;
  const auto at = std::lower_bound(key->owners().begin(), key->owners().end(), owner);
  return at != key->owners().end() && *at == owner &&
         key->IsShareOf(static_cast<size_t>(at - key->owners().begin()), *record, share);
}

std::optional<std::vector<uint8_t>> RistrettoSealing::OpenWithShares(
    Owners owners, const SealingContext& context, std::span<const uint8_t> sealed,
    std::span<const OpeningShare> shares) const {
  const auto key = CombinedKey::Of(owners);
  const auto record = SealedRecord::FromBytes(sealed);
  if (!key.ok() || !record.has_value() || shares.size() != owners.size()) return {};
  std::vector<OpeningShare> ascending;
  for (const GroupElement& owner : key->owners()) {
    ascending.push_back(shares[static_cast<size_t>(std::find(owners.begin(), owners.end(), owner) -
                                                   owners.begin())]);
  }
  return key->OpenByShares(context, *record, ascending);
}

StatusOr<SealedBytes> RistrettoSealing::SealTo(const GroupElement& key,
                                               const SealingContext& context,
                                               std::span<const uint8_t> bytes,
                                               const DrawnBytes& drawn) const {
  if (bytes.size() > kLayeredBytesMax) return InvalidArgument("layer: above 4096 bytes");
  const GroupSecret once = GroupSecretFrom(drawn);
  const auto agreed = Agree(once, key);
  if (!agreed.has_value()) return InvalidArgument("layer: to bytes that are no key");
  const GroupElement ephemeral = GroupKeyOf(once);
  const auto layer_key = KeyOfLayer(ephemeral, *agreed, key, context);
  SealedBytes sealed(bytes.size() + kLayerBytes);
  std::copy(ephemeral.begin(), ephemeral.end(), sealed.begin());
  SealAead({layer_key.bytes(), kLayerNonce}, {}, bytes, &sealed[sizeof(GroupElement)]);
  return sealed;
}

std::optional<std::vector<uint8_t>> RistrettoSealing::OpenAt(
    const GroupSecret& secret, const SealingContext& context,
    std::span<const uint8_t> sealed) const {
  if (sealed.size() < kLayerBytes || sealed.size() > kLayeredBytesMax + kLayerBytes) return {};
  GroupElement ephemeral;
  std::copy_n(sealed.begin(), ephemeral.size(), ephemeral.begin());
  const auto receiver = KeyIfAny(secret);
  const auto agreed = Agree(secret, ephemeral);
  if (!receiver.has_value() || !agreed.has_value()) return {};
  const auto layer_key = KeyOfLayer(ephemeral, *agreed, *receiver, context);
  std::vector<uint8_t> bytes(sealed.size() - kLayerBytes);
  if (!OpenAead({layer_key.bytes(), kLayerNonce}, {}, sealed.subspan(sizeof(GroupElement)),
                bytes.data())) {
    return {};
  }
  return bytes;
}

}  // namespace core
