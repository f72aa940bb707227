#include "core/election/entry.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/election/parts.h"

namespace core {
namespace {

constexpr size_t kEntryBytesMax =
    kEntryDomain.size() + 1 + 32 + 8 + 4 + kEntryBodyBytesMax + 4 + kAuthoritiesMax * (32 + 64);
static_assert(kEntryBytesMax <= kPayloadBytesMax);
static_assert(4 + kKeyHoldersMax * 32 + 4 + kKeyHoldersMax * sizeof(SealedShare) <=
              kEntryBodyBytesMax);

GroupElement TakeElement(PartReader& reader) {
  GroupElement element;
  reader.Fixed(element);
  return element;
}

SealedShare TakeShare(PartReader& reader) {
  SealedShare share;
  reader.Fixed(share.ephemeral);
  reader.Fixed(share.box);
  return share;
}

void PutOpening(PartWriter& writer, const OpeningShare& opening) {
  writer.Fixed(opening.element);
  writer.Fixed(opening.challenge);
  writer.Fixed(opening.response);
}

OpeningShare TakeOpening(PartReader& reader) {
  OpeningShare opening;
  reader.Fixed(opening.element);
  reader.Fixed(opening.challenge);
  reader.Fixed(opening.response);
  return opening;
}

Endorsement TakeEndorsement(PartReader& reader) {
  Endorsement endorsement;
  reader.Fixed(endorsement.by);
  reader.Fixed(endorsement.signature);
  return endorsement;
}

void PutSigned(PartWriter& writer, const ElectionEntry& entry) {
  writer.U8(static_cast<uint8_t>(entry.kind));
  writer.Key(entry.election);
  writer.I64(entry.time_ms);
  writer.Octets(entry.body);
}

bool Before(const Endorsement& a, const Endorsement& b) {
  return a.by < b.by;
}

}  // namespace

Bytes BodyOf(const Dealing& dealing) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.List(dealing.commitments,
              [](PartWriter& out, const GroupElement& element) { out.Fixed(element); });
  writer.List(dealing.shares, [](PartWriter& out, const SealedShare& share) {
    out.Fixed(share.ephemeral);
    out.Fixed(share.box);
  });
  return bytes;
}

Bytes BodyOf(const Complaint& complaint) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.U8(complaint.dealer);
  PutOpening(writer, complaint.opening);
  return bytes;
}

Bytes BodyOf(const OpeningShare& opening) {
  Bytes bytes;
  PartWriter writer(bytes);
  PutOpening(writer, opening);
  return bytes;
}

StatusOr<Dealing> DecodeDealing(std::span<const uint8_t> body) {
  PartReader reader(body);
  Dealing dealing;
  dealing.commitments = reader.List("commitments", kKeyHoldersMax, TakeElement);
  dealing.shares = reader.List("shares", kKeyHoldersMax, TakeShare);
  RETURN_IF_ERROR(reader.End("dealing"));
  return dealing;
}

StatusOr<Complaint> DecodeComplaint(std::span<const uint8_t> body) {
  PartReader reader(body);
  Complaint complaint;
  complaint.dealer = reader.U8();
  complaint.opening = TakeOpening(reader);
  RETURN_IF_ERROR(reader.End("complaint"));
  return complaint;
}

StatusOr<OpeningShare> DecodeOpening(std::span<const uint8_t> body) {
  PartReader reader(body);
  const OpeningShare opening = TakeOpening(reader);
  RETURN_IF_ERROR(reader.End("opening"));
  return opening;
}

Bytes EntrySigningBytes(const ElectionEntry& entry) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kEntrySigningDomain);
  PutSigned(writer, entry);
  return bytes;
}

void Endorse(const Suite& suite, const SecretKey& secret, ElectionEntry& entry) {
  const Endorsement endorsement{.by = suite.PublicKeyFor(secret),
                                .signature = suite.Sign(secret, EntrySigningBytes(entry))};
  auto& all = entry.endorsements;
  const auto at = std::lower_bound(all.begin(), all.end(), endorsement, Before);
  CHECK(at == all.end() || at->by != endorsement.by);
  all.insert(at, endorsement);
}

Bytes Encode(const ElectionEntry& entry) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kEntryDomain);
  PutSigned(writer, entry);
  writer.List(entry.endorsements, [](PartWriter& out, const Endorsement& endorsement) {
    out.Fixed(endorsement.by);
    out.Fixed(endorsement.signature);
  });
  return bytes;
}

StatusOr<ElectionEntry> DecodeElectionEntry(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  ElectionEntry entry;
  reader.Literal(kEntryDomain);
  entry.kind = static_cast<ElectionEntryKind>(reader.Byte("kind", 1, 6));
  entry.election = reader.Key();
  entry.time_ms = reader.I64();
  entry.body = reader.Octets("bytes of the body", kEntryBodyBytesMax);
  entry.endorsements = reader.List("endorsements", kAuthoritiesMax, TakeEndorsement);
  RETURN_IF_ERROR(reader.End("entry"));
  const auto& all = entry.endorsements;
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i - 1].by >= all[i].by) return InvalidArgument("entry: endorsements do not ascend");
  }
  return entry;
}

}  // namespace core
