#include "core/election/records.h"

#include <algorithm>

#include "core/codec/canonical.h"
#include "core/codec/limits.h"
#include "core/election/parts.h"

namespace core {
namespace {

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
  part.signature = terms.suite.Sign(
      voter.secret,
      VoterSigningBytes(terms.template_cid, registrant, {part.public_cid, part.private_cid}));
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
  const Bytes signed_bytes =
      VoterSigningBytes(terms.template_cid, record.registrant, {part.public_cid, part.private_cid});
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
  VoteBlockBytes(block.template_cid, block.voters, block.votes, block.signatures, bytes);
  return bytes;
}

StatusOr<VoteBlock> DecodeVoteBlock(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  VoteBlock block;
  reader.Literal(kWholeBlockDomain);
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
