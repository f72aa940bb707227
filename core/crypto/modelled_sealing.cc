#include "core/crypto/modelled_sealing.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/check.h"
#include "core/base/words.h"

namespace core {
namespace {

constexpr uint64_t kSecretDomain = 1;
constexpr uint64_t kKeyDomain = 2;
constexpr uint64_t kCheckDomain = 3;
constexpr uint64_t kOwnersDomain = 4;
constexpr uint64_t kOnceDomain = 5;
constexpr uint64_t kStreamDomain = 6;
constexpr uint64_t kReceiverDomain = 7;
constexpr uint64_t kShareDomain = 8;

constexpr size_t kTagBytes = kLayerBytes - sizeof(GroupElement);
constexpr size_t kPaddedBytes = kSealedBytesMax + 2;
static_assert(kSealedRecordBytes == kPaddedBytes + kLayerBytes);

// Fills out with bytes that depend on every bit of the fingerprint.
void Expand(const Fingerprint& from, std::span<uint8_t> out) {
  CHECK(out.size() % 8 == 0);
  for (size_t i = 0; i < out.size() / 8; ++i) {
    StoreWord<std::endian::little>(&out[8 * i], Mix64(from.high, from.low, i));
  }
}

// Its own inverse.
void Mask(const Fingerprint& stream, std::span<uint8_t> bytes) {
  std::array<uint8_t, 8> word;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i % 8 == 0) {
      StoreWord<std::endian::little>(word.data(), Mix64(stream.high, stream.low, i / 8));
    }
    bytes[i] ^= word[i % 8];
  }
}

std::array<uint8_t, kTagBytes> TagOf(const Fingerprint& stream, std::span<const uint8_t> masked) {
  std::array<uint8_t, kTagBytes> tag;
  StoreWord<std::endian::little>(tag.data(), HashBytes(masked, stream.high));
  StoreWord<std::endian::little>(&tag[8], HashBytes(masked, stream.low));
  return tag;
}

// The length in the first two bytes, zeros behind the record, as in sealed_box.h.
template <size_t kBytes>
std::array<uint8_t, kBytes + 2> Padded(std::span<const uint8_t> record) {
  std::array<uint8_t, kBytes + 2> padded{static_cast<uint8_t>(record.size() >> 8),
                                         static_cast<uint8_t>(record.size())};
  std::copy(record.begin(), record.end(), padded.begin() + 2);
  return padded;
}

std::optional<std::vector<uint8_t>> Unpadded(std::span<const uint8_t> padded) {
  if (padded.size() != kPaddedBytes) return {};
  const size_t size = static_cast<size_t>(padded[0]) << 8 | padded[1];
  if (size > kSealedBytesMax) return {};
  const auto record = padded.subspan(2, size);
  return std::vector<uint8_t>(record.begin(), record.end());
}

GroupElement ElementAt(std::span<const uint8_t> bytes) {
  GroupElement element;
  std::copy_n(bytes.begin(), element.size(), element.begin());
  return element;
}

}  // namespace

ModelledSealing::ModelledSealing(const Digest256& run_secret) : run_secret_(run_secret) {}

Hasher ModelledSealing::HasherFor(uint64_t domain) const {
  Hasher hasher;
  hasher.Add(domain);
  hasher.Add(run_secret_.bytes());
  return hasher;
}

uint64_t ModelledSealing::CheckWordOf(const GroupElement& element) const {
  Hasher hasher = HasherFor(kCheckDomain);
  hasher.Add(std::span(element).first<24>());
  return hasher.Result().low;
}

GroupElement ModelledSealing::ElementOf(const Fingerprint& from) const {
  GroupElement element;
  Expand(from, element);
  StoreWord<std::endian::little>(&element[24], CheckWordOf(element));
  return element;
}

bool ModelledSealing::IsKey(const GroupElement& bytes) const {
  return LoadWord<std::endian::little>(&bytes[24]) == CheckWordOf(bytes);
}

GroupSecret ModelledSealing::SecretFrom(const DrawnBytes& drawn) const {
  Hasher hasher = HasherFor(kSecretDomain);
  hasher.Add(std::span<const uint8_t>(drawn));
  GroupSecret secret;
  Expand(hasher.Result(), secret.bytes());
  return secret;
}

GroupElement ModelledSealing::KeyOf(const GroupSecret& secret) const {
  Hasher hasher = HasherFor(kKeyDomain);
  hasher.Add(secret.bytes());
  return ElementOf(hasher.Result());
}

bool ModelledSealing::IsSecretOf(const GroupElement& key, const GroupSecret& secret) const {
  return KeyOf(secret) == key;
}

StatusOr<Fingerprint> ModelledSealing::OwnersOf(Owners owners) const {
  if (owners.empty() || owners.size() > kOwnersMax) {
    return InvalidArgument("modelled owners: not 1 to 64 keys");
  }
  std::vector<GroupElement> ascending(owners.begin(), owners.end());
  std::sort(ascending.begin(), ascending.end());
  if (std::adjacent_find(ascending.begin(), ascending.end()) != ascending.end()) {
    return InvalidArgument("modelled owners: a key twice");
  }
  Hasher hasher = HasherFor(kOwnersDomain);
  for (const GroupElement& owner : ascending) {
    if (!IsKey(owner)) return InvalidArgument("modelled owners: bytes that are no key");
    hasher.Add(Key256{owner});
  }
  return hasher.Result();
}

Fingerprint ModelledSealing::ReceiverOf(const GroupElement& key) const {
  Hasher hasher = HasherFor(kReceiverDomain);
  hasher.Add(Key256{key});
  return hasher.Result();
}

std::optional<Fingerprint> ModelledSealing::StreamOf(const Fingerprint& to,
                                                     const SealingContext& context,
                                                     std::span<const uint8_t> sealed) const {
  const GroupElement once = ElementAt(sealed);
  if (!IsKey(once)) return {};
  Hasher hasher = HasherFor(kStreamDomain);
  hasher.Add(to.high);
  hasher.Add(to.low);
  hasher.Add(Key256{context});
  hasher.Add(Key256{once});
  return hasher.Result();
}

SealedBytes ModelledSealing::Hide(const Fingerprint& to, const SealingContext& context,
                                  std::span<const uint8_t> bytes, const DrawnBytes& drawn) const {
  Hasher hasher = HasherFor(kOnceDomain);
  hasher.Add(std::span<const uint8_t>(drawn));
  const GroupElement once = ElementOf(hasher.Result());
  SealedBytes sealed(bytes.size() + kLayerBytes);
  std::copy(once.begin(), once.end(), sealed.begin());
  const auto masked = std::span(sealed).subspan(once.size(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), masked.begin());
  const auto stream = StreamOf(to, context, sealed);
  CHECK(stream.has_value());
  Mask(*stream, masked);
  const auto tag = TagOf(*stream, masked);
  std::copy(tag.begin(), tag.end(), sealed.end() - kTagBytes);
  return sealed;
}

std::optional<std::vector<uint8_t>> ModelledSealing::Reveal(const Fingerprint& to,
                                                            const SealingContext& context,
                                                            std::span<const uint8_t> sealed) const {
  if (sealed.size() < kLayerBytes) return {};
  const auto stream = StreamOf(to, context, sealed);
  const auto masked = sealed.subspan(sizeof(GroupElement), sealed.size() - kLayerBytes);
  if (!stream.has_value() ||
      !std::equal(sealed.end() - kTagBytes, sealed.end(), TagOf(*stream, masked).begin())) {
    return {};
  }
  std::vector<uint8_t> bytes(masked.begin(), masked.end());
  Mask(*stream, bytes);
  return bytes;
}

StatusOr<SealedBytes> ModelledSealing::Seal(Owners owners, const SealingContext& context,
                                            std::span<const uint8_t> record,
                                            const DrawnBytes& drawn) const {
  const auto to = OwnersOf(owners);
  if (!to.ok()) return to.status();
  if (record.size() > kSealedBytesMax) return InvalidArgument("sealed record: above 1022 bytes");
  return Hide(*to, context, Padded<kSealedBytesMax>(record), drawn);
}

StatusOr<SealedBytes> ModelledSealing::SealBallot(Owners owners, const SealingContext& context,
                                                  std::span<const uint8_t> ballot,
                                                  const DrawnBytes& drawn) const {
  const auto to = OwnersOf(owners);
  if (!to.ok()) return to.status();
  if (ballot.size() > kBallotBytesMax) return InvalidArgument("ballot: above 512 bytes");
  return Hide(*to, context, Padded<kBallotBytesMax>(ballot), drawn);
}

std::optional<std::vector<std::vector<uint8_t>>> ModelledSealing::OpenWithSecrets(
    Owners owners, const SealingContext& context, std::span<const SealedBytes> sealed,
    Secrets secrets) const {
  std::vector<GroupElement> keys;
  for (const GroupSecret& secret : secrets) keys.push_back(KeyOf(secret));
  const auto to = OwnersOf(owners);
  const auto shown = OwnersOf(keys);
  if (!to.ok() || !shown.ok() || *shown != *to) return {};
  std::vector<std::vector<uint8_t>> opened;
  for (const SealedBytes& each : sealed) {
    const auto padded = Reveal(*to, context, each);
    auto record = padded.has_value() ? Unpadded(*padded) : std::nullopt;
    if (!record.has_value()) return {};
    opened.push_back(*std::move(record));
  }
  return opened;
}

OpeningShare ModelledSealing::TokenOf(const Fingerprint& owners, std::span<const uint8_t> sealed,
                                      const GroupElement& owner) const {
  Hasher hasher = HasherFor(kShareDomain);
  hasher.Add(owners.high);
  hasher.Add(owners.low);
  hasher.Add(Key256{ElementAt(sealed)});
  hasher.Add(Key256{owner});
  const Fingerprint from = hasher.Result();
  OpeningShare share;
  Expand(from, share.element);
  Expand({from.low, from.high}, share.challenge);
  Expand({~from.high, from.low}, share.response);
  return share;
}

std::optional<OpeningShare> ModelledSealing::ShareOf(Owners owners, std::span<const uint8_t> sealed,
                                                     const GroupSecret& secret) const {
  const GroupElement owner = KeyOf(secret);
  const auto of = OwnersOf(owners);
  if (!of.ok() || sealed.size() != kSealedRecordBytes || !IsKey(ElementAt(sealed)) ||
      std::find(owners.begin(), owners.end(), owner) == owners.end()) {
    return {};
  }
  return TokenOf(*of, sealed, owner);
}

bool ModelledSealing::IsShareOf(Owners owners, std::span<const uint8_t> sealed,
                                const GroupElement& owner, const OpeningShare& share) const {
  const auto of = OwnersOf(owners);
  return of.ok() && sealed.size() == kSealedRecordBytes &&
         std::find(owners.begin(), owners.end(), owner) != owners.end() &&
         TokenOf(*of, sealed, owner) == share;
}

std::optional<std::vector<uint8_t>> ModelledSealing::OpenWithShares(
    Owners owners, const SealingContext& context, std::span<const uint8_t> sealed,
    std::span<const OpeningShare> shares) const {
  const auto to = OwnersOf(owners);
  if (!to.ok() || sealed.size() != kSealedRecordBytes || shares.size() != owners.size()) return {};
  for (size_t i = 0; i < owners.size(); ++i) {
    if (TokenOf(*to, sealed, owners[i]) != shares[i]) return {};
  }
  const auto padded = Reveal(*to, context, sealed);
  return padded.has_value() ? Unpadded(*padded) : std::nullopt;
}

StatusOr<SealedBytes> ModelledSealing::SealTo(const GroupElement& key,
                                              const SealingContext& context,
                                              std::span<const uint8_t> bytes,
                                              const DrawnBytes& drawn) const {
  if (bytes.size() > kLayeredBytesMax) return InvalidArgument("layer: above 4096 bytes");
  if (!IsKey(key)) return InvalidArgument("layer: to bytes that are no key");
  return Hide(ReceiverOf(key), context, bytes, drawn);
}

std::optional<std::vector<uint8_t>> ModelledSealing::OpenAt(const GroupSecret& secret,
                                                            const SealingContext& context,
                                                            std::span<const uint8_t> sealed) const {
  if (sealed.size() > kLayeredBytesMax + kLayerBytes) return {};
  return Reveal(ReceiverOf(KeyOf(secret)), context, sealed);
}

}  // namespace core
