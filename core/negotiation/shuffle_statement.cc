#include "core/negotiation/shuffle_statement.h"

#include <set>

#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr std::string_view kTermsDomain = "vt/shuffle/terms/1";
constexpr std::string_view kVoteBoxDomain = "vt/shuffle/votes/1";
constexpr std::string_view kLayerDomain = "vt/shuffle/layers/1";
constexpr std::string_view kStatementDomain = "vt/shuffle/statement/1";
constexpr std::string_view kCommitmentDomain = "vt/shuffle/commitment/1";

Digest256 Derived(const Suite& suite, std::string_view domain, const Digest256& terms) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(domain);
  writer.Fixed(terms);
  return suite.Sha256(bytes);
}

}  // namespace

Status CheckTerms(const ShuffleCrypto& crypto, const ShuffleTerms& terms) {
  if (terms.members.size() < kShuffleMin || terms.members.size() > kShuffleMax) {
    return InvalidArgument("shuffle: not of 3 to 16 members");
  }
  std::set<GroupElement> keys;
  const ShuffleMember* before = nullptr;
  for (const ShuffleMember& member : terms.members) {
    if (before != nullptr && !(before->registrant < member.registrant)) {
      return InvalidArgument("shuffle: members not in ascending order of their registrant keys");
    }
    if (!crypto.sealing->IsKey(member.key)) {
      return InvalidArgument("shuffle: a member's key is none");
    }
    if (!keys.insert(member.key).second) return InvalidArgument("shuffle: a member's key twice");
    before = &member;
  }
  return {};
}

Digest256 DigestOf(const Suite& suite, const ShuffleTerms& terms) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kTermsDomain);
  writer.Key(terms.attempt);
  writer.U32(static_cast<uint32_t>(terms.members.size()));
  for (const ShuffleMember& member : terms.members) {
    writer.Fixed(member.registrant);
    writer.Fixed(member.key);
  }
  return suite.Sha256(bytes);
}

SealingContext ShuffledVotes(const Suite& suite, const Digest256& terms) {
  return Derived(suite, kVoteBoxDomain, terms);
}

SealingContext ShuffledLayers(const Suite& suite, const Digest256& terms) {
  return Derived(suite, kLayerDomain, terms);
}

std::string_view NameOf(ShuffleStep step) {
  switch (step) {
    case ShuffleStep::kCommit:
      return "commit";
    case ShuffleStep::kReveal:
      return "reveal";
    case ShuffleStep::kPass:
      return "pass";
    case ShuffleStep::kEndorse:
      return "endorse";
    case ShuffleStep::kDisclose:
      return "disclose";
    case ShuffleStep::kObject:
      return "object";
    case ShuffleStep::kUnveil:
      return "unveil";
  }
  return "?";
}

std::vector<uint8_t> SigningBytesOf(const Digest256& terms, const ShuffleStatement& statement) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kStatementDomain);
  writer.Fixed(terms);
  writer.U8(statement.member);
  writer.U8(static_cast<uint8_t>(statement.step));
  writer.Fixed(statement.about);
  writer.U32(static_cast<uint32_t>(statement.items.size()));
  for (const std::vector<uint8_t>& item : statement.items) {
    writer.U32(static_cast<uint32_t>(item.size()));
    writer.Fixed(item);
  }
  return bytes;
}

Digest256 CommitmentTo(const Suite& suite, const Digest256& terms, uint8_t member,
                       const std::vector<uint8_t>& revealed) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kCommitmentDomain);
  writer.Fixed(terms);
  writer.U8(member);
  writer.Fixed(revealed);
  return suite.Sha256(bytes);
}

}  // namespace core
