// Vote records, voter records (core/codec/negotiation_messages.h) and the blocks that voters make of
// them.
//
// A block's records stand in ascending order, votes by nonce, voters by registrant: so the order tells
// nobody who wrote which vote, and a set of records has one cid whoever lists it. The cid is SHA-256
// over template and records, what voters sign names network, template and cid (core/codec/canonical.h). What a box is bound to:
// core/crypto/ballot.h.
//
// Decoding checks limits only: what is wrong with a block is for block_check.h to name.
// Thread rule: values and pure functions. Source: protocol document, 1.6.1, 1.6.5 (N12), 1.6.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/codec/negotiation_messages.h"
#include "core/crypto/ballot.h"
#include "core/crypto/combined_key.h"
#include "core/crypto/suite.h"
#include "core/crypto/threshold_key.h"
#include "core/election/answers.h"
#include "core/election/template.h"

namespace core {

struct VoteBlock {
  Key256 template_cid;
  std::vector<VoteRecord> votes;           // Ascending by nonce.
  std::vector<VoterRecord> voters;         // Ascending by registrant.
  std::vector<BlockSignature> signatures;  // Ascending by registrant: one of each voter.

  friend bool operator==(const VoteBlock&, const VoteBlock&) = default;
};

// A block as the network committed it.
struct CommittedBlock {
  Key256 cid;
  int64_t committed_ms = 0;
  VoteBlock block;

  friend bool operator==(const CommittedBlock&, const CommittedBlock&) = default;
};

// What all functions about one election's records share.
struct ElectionTerms {
  const Suite& suite;
  const ElectionTemplate& definition;
  Key256 template_cid;
  const CombinedKey& key;  // KeyOf(definition).
};

// What a voter says of itself, sealed: it shows that the registrant made the record for this election.
struct VoterPart {
  Key256 public_cid;
  Key256 private_cid;
  Signature signature{};

  friend bool operator==(const VoterPart&, const VoterPart&) = default;
};

// Errors: what is wrong with the answers.
[[nodiscard]] StatusOr<VoteRecord> MakeVoteRecord(const ElectionTerms& terms, const Key256& nonce,
                                                  const Answers& answers, const DrawnBytes& drawn);

struct VoterIdentity {
  const SecretKey& secret;
  Key256 public_cid;
  Key256 private_cid;
};

[[nodiscard]] VoterRecord MakeVoterRecord(const ElectionTerms& terms, const VoterIdentity& voter,
                                          const DrawnBytes& drawn);

// Errors: the box does not open, or what is in it answers other questions.
[[nodiscard]] StatusOr<Answers> OpenVote(const ElectionTerms& terms, const DisclosedKey& key,
                                         const VoteRecord& record);
// Nothing: the box does not open, or its signature is not the registrant's.
[[nodiscard]] std::optional<VoterPart> OpenVoter(const ElectionTerms& terms,
                                                 const DisclosedKey& key,
                                                 const VoterRecord& record);

// Of the records portion; signatures do not count.
[[nodiscard]] Key256 BlockCid(const Suite& suite, const VoteBlock& block);

[[nodiscard]] Bytes Encode(const VoteBlock& block);
[[nodiscard]] StatusOr<VoteBlock> DecodeVoteBlock(std::span<const uint8_t> bytes);

}  // namespace core
