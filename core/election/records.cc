#include "core/election/records.h"

#include <algorithm>

#include "core/codec/limits.h"
#include "core/election/parts.h"

namespace core {
namespace {

constexpr std::string_view kVoteContextDomain = "vt/seal/vote/1";
constexpr std::string_view kVoterContextDomain = "vt/seal/voter/1";

void PutVote(PartWriter& writer, const VoteRecord& record) {
  writer.Key(record.nonce);
  writer.Octets(record.sealed);
}

void PutVoter(PartWriter& writer, const VoterRecord& record) {
  writer.Fixed(record.registrant);
  writer.Octets(record.sealed);
}

VoteRecord TakeVote(PartReader& reader) {
  VoteRecord record;
  record.nonce = reader.Key();
  record.sealed = reader.Octets("bytes of a sealed vote", limits::kSealedRecordBytesMax);
  return record;
}

VoterRecord TakeVoter(PartReader& reader) {
  VoterRecord record;
  reader.Fixed(record.registrant);
  record.sealed = reader.Octets("bytes of a sealed voter", limits::kSealedRecordBytesMax);
  return record;
}

SealingContext ContextOf(const Suite& suite, std::string_view domain, const Key256& template_cid,
                         const std::array<uint8_t, 32>& beside) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(domain);
  writer.Key(template_cid);
  writer.Fixed(beside);
  return suite.Sha256(bytes);
}

Bytes SealedBytes(const CombinedKey& key, const SealingContext& context, const Bytes& plain,
                  const DrawnBytes& drawn) {
  return key.Seal<kBallotBytesMax>(context, plain, drawn).value().ToBytes();
}

std::optional<Bytes> Opened(const DisclosedKey& key, const SealingContext& context,
                            const Bytes& sealed) {
  const auto box = SealedBallot::FromBytes(sealed);
  return box.has_value() ? key.Open(context, *box) : std::nullopt;
}

}  // namespace

SealingContext VoteContext(const Suite& suite, const Key256& template_cid, const Key256& nonce) {
  return ContextOf(suite, kVoteContextDomain, template_cid, nonce.bytes);
}

SealingContext VoterContext(const Suite& suite, const Key256& template_cid,
                            const PublicKey& registrant) {
  return ContextOf(suite, kVoterContextDomain, template_cid, registrant);
}

Bytes VoterSigningBytes(const Key256& template_cid, const PublicKey& registrant,
                        const VoterPart& part) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kVoterPartDomain);
  writer.Key(template_cid);
  writer.Fixed(registrant);
  writer.Key(part.public_cid);
  writer.Key(part.private_cid);
  return bytes;
}

StatusOr<VoteRecord> MakeVoteRecord(const ElectionTerms& terms, const Key256& nonce,
                                    const Answers& answers, const DrawnBytes& drawn) {
  RETURN_IF_ERROR(CheckAnswers(terms.definition, answers));
  const Bytes plain = Encode(terms.definition, answers);
  return VoteRecord{
      .nonce = nonce,
      .sealed = SealedBytes(terms.key, VoteContext(terms.suite, terms.template_cid, nonce), plain,
                            drawn)};
}

VoterRecord MakeVoterRecord(const ElectionTerms& terms, const VoterIdentity& voter,
                            const DrawnBytes& drawn) {
  const PublicKey registrant = terms.suite.PublicKeyFor(voter.secret);
  VoterPart part{.public_cid = voter.public_cid, .private_cid = voter.private_cid};
  part.signature =
      terms.suite.Sign(voter.secret, VoterSigningBytes(terms.template_cid, registrant, part));
  Bytes plain;
  PartWriter writer(plain);
  writer.Key(part.public_cid);
  writer.Key(part.private_cid);
  writer.Fixed(part.signature);
  return {.registrant = registrant,
          .sealed = SealedBytes(
              terms.key, VoterContext(terms.suite, terms.template_cid, registrant), plain, drawn)};
}

StatusOr<Answers> OpenVote(const ElectionTerms& terms, const DisclosedKey& key,
                           const VoteRecord& record) {
  const auto plain =
      Opened(key, VoteContext(terms.suite, terms.template_cid, record.nonce), record.sealed);
  if (!plain.has_value()) return InvalidArgument("vote: its box does not open");
  return DecodeAnswers(terms.definition, *plain);
}

std::optional<VoterPart> OpenVoter(const ElectionTerms& terms, const DisclosedKey& key,
                                   const VoterRecord& record) {
  const auto plain =
      Opened(key, VoterContext(terms.suite, terms.template_cid, record.registrant), record.sealed);
  if (!plain.has_value()) return {};
  PartReader reader(*plain);
  VoterPart part;
  part.public_cid = reader.Key();
  part.private_cid = reader.Key();
  reader.Fixed(part.signature);
  const Bytes signed_bytes = VoterSigningBytes(terms.template_cid, record.registrant, part);
  const bool good =
      reader.Finished() && terms.suite.Verify(record.registrant, signed_bytes, part.signature);
  return good ? std::optional(part) : std::nullopt;
}

Key256 BlockCid(const Suite& suite, const VoteBlock& block) {
  Bytes bytes;
  VoteListsBytes(block.template_cid, block.voters, block.votes, bytes);
  return HashOf(suite, bytes);
}

Bytes Encode(const VoteBlock& block) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kVoteBlockDomain);
  writer.Key(block.template_cid);
  writer.List(block.votes, PutVote);
  writer.List(block.voters, PutVoter);
  writer.List(block.signatures, [](PartWriter& out, const BlockSignature& signature) {
    out.Fixed(signature.registrant);
    out.Fixed(signature.signature);
  });
  return bytes;
}

StatusOr<VoteBlock> DecodeVoteBlock(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  VoteBlock block;
  reader.Literal(kVoteBlockDomain);
  block.template_cid = reader.Key();
  block.votes = reader.List("votes of a block", kBlockCapacityMax, TakeVote);
  block.voters = reader.List("voters of a block", kBlockCapacityMax, TakeVoter);
  block.signatures = reader.List("signatures of a block", kBlockCapacityMax, [](PartReader& in) {
    BlockSignature signature;
    in.Fixed(signature.registrant);
    in.Fixed(signature.signature);
    return signature;
  });
  RETURN_IF_ERROR(reader.End("vote block"));
  return block;
}

}  // namespace core
