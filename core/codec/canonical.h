// The bytes that are hashed and signed. Never Protobuf output, whose bytes may change with a
// library update.
//
// Grammar: a literal domain text, then fields in a fixed order: integers big-endian at full width,
// fixed-size values as they are, texts and lists behind a u32 length or count. Invariants: (1) the
// encoding is injective: two different values never give the same bytes; (2) no domain is a prefix
// of another; (3) a change of layout changes the domain. The functions replace `out` and keep its
// capacity. Source: protocol document, 1.0, 1.1.2, 1.1.3, 1.4.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/messages.h"

namespace core {

inline constexpr std::string_view kTopicDomain = "vt/mm/1";
inline constexpr std::string_view kRecordDomain = "vt/mm/record/1";
inline constexpr std::string_view kWithdrawDomain = "vt/mm/withdraw/1";

inline constexpr std::string_view kTxDomain = "vt/tx/client/1";
inline constexpr std::string_view kTxHashDomain = "vt/tx/hash/1";
inline constexpr std::string_view kScopeDomain = "vt/tx/scope/1";
inline constexpr std::string_view kVoteDomain = "vt/vote/1";
inline constexpr std::string_view kVotesDomain = "vt/votes/1";
inline constexpr std::string_view kCommitDomain = "vt/commit/1";
inline constexpr std::string_view kBlockDomain = "vt/block/1";
inline constexpr std::string_view kBlockNameDomain = "vt/block-name/1";
inline constexpr std::string_view kTombstoneDomain = "vt/tombstone/1";
inline constexpr std::string_view kRingInfoDomain = "vt/ring/1";
inline constexpr std::string_view kTicketDomain = "vt/ticket/1";
inline constexpr std::string_view kSeedDomain = "vt/seed/1";
inline constexpr std::string_view kSeedGrantDomain = "vt/seed-grant/1";
inline constexpr std::string_view kVoteListsDomain = "vt/vote-lists/1";
inline constexpr std::string_view kBlockSignDomain = "vt/vote-block/sign/1";
inline constexpr std::string_view kWholeBlockDomain = "vt/vote-block/1";
inline constexpr std::string_view kNegotiationTopicDomain = "vt/negotiation/topic/1";
inline constexpr std::string_view kVoterTokenDomain = "vt/negotiation/token/1";

class CanonicalWriter {
 public:
  // Appends to out, which must outlive the writer.
  explicit CanonicalWriter(std::vector<uint8_t>& out) : out_(&out) {}

  void Literal(std::string_view text) { out_->insert(out_->end(), text.begin(), text.end()); }

  void U8(uint8_t value) { out_->push_back(value); }

  void U16(uint16_t value);
  void U32(uint32_t value);
  void U64(uint64_t value);

  void I64(int64_t value) { U64(static_cast<uint64_t>(value)); }

  void Fixed(std::span<const uint8_t> bytes) {
    out_->insert(out_->end(), bytes.begin(), bytes.end());
  }

  void Key(const Key256& key) { Fixed(key.bytes); }

  // REQUIRES: text.size() < 2^32.
  void Text(std::string_view text);
  void Texts(const StringList& texts);

 private:
  std::vector<uint8_t>* out_;
};

// A bounds-checked cursor: after one failure every read gives zeros and ok() stays false, so
// callers test once, at the end, and trust nothing before.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::span<const uint8_t> bytes) : rest_(bytes) {}

  // Fails unless the next bytes are the text.
  void Literal(std::string_view text);
  [[nodiscard]] uint8_t U8();
  [[nodiscard]] uint16_t U16();
  [[nodiscard]] uint32_t U32();
  [[nodiscard]] uint64_t U64();

  [[nodiscard]] int64_t I64() { return static_cast<int64_t>(U64()); }

  void Fixed(std::span<uint8_t> out);

  [[nodiscard]] Key256 Key();

  // Points into the bytes given to the constructor. Fails above max_bytes.
  [[nodiscard]] std::string_view Text(size_t max_bytes);
  void Texts(size_t max_count, size_t max_bytes, StringList& out);

  [[nodiscard]] bool ok() const { return ok_; }

  // True when nothing failed and nothing is left.
  [[nodiscard]] bool Finished() const { return ok_ && rest_.empty(); }

 private:
  [[nodiscard]] std::span<const uint8_t> Take(size_t count);

  std::span<const uint8_t> rest_;
  bool ok_ = true;
};

// What the owner of a record signs: every field but the signature, so that no holder can stretch
// its life or move it.
void RecordSigningBytes(const Key256& network, const Record& record, const NodeId& owner,
                        std::vector<uint8_t>& out);
void WithdrawSigningBytes(const Key256& network, const Withdraw& withdraw, const NodeId& owner,
                          std::vector<uint8_t>& out);

// H(topic) is SHA-256 over these (protocol document, 1.1.3).
void TopicHashBytes(const Key256& network, std::string_view kind, std::string_view label,
                    std::vector<uint8_t>& out);

// What the client of a transaction signs: every field but the signature.
void TransactionSigningBytes(const Key256& network, const Transaction& transaction,
                             std::vector<uint8_t>& out);
// The inverse; leaves the signature as it was.
[[nodiscard]] bool ReadTransactionSigningBytes(std::span<const uint8_t> bytes, Key256& network,
                                               Transaction& transaction);
// A record's hash is SHA-256 over these: the client's signature and the members' ids and keys too.
void TxHashBytes(const Key256& network, const TxRecord& record, std::vector<uint8_t>& out);
// What a member signs when it votes on the transaction with the hash `tx`.
void VoteSigningBytes(const Key256& network, const Key256& tx, const Vote& vote,
                      std::vector<uint8_t>& out);
// The votes that decided are named by SHA-256 over these.
void VotesHashBytes(const Key256& tx, std::span<const Vote> votes, std::vector<uint8_t>& out);
void CommitSigningBytes(const Key256& network, const Key256& tx, const Key256& votes_hash,
                        std::vector<uint8_t>& out);

// What a multi-block transaction writes to one block.
struct ScopeEntry {
  BlockId block;
  uint64_t base_revision = 0;
  Key256 content_hash;
};

// Transaction::scope is SHA-256 over these; ascending by block.
void ScopeBytes(const TxId& of, std::span<const ScopeEntry> entries, std::vector<uint8_t>& out);

// The hash of a revision is SHA-256 over these.
void ContentBytes(std::span<const uint8_t> value, std::vector<uint8_t>& out);
void TombstoneBytes(const BlockId& block, std::vector<uint8_t>& out);

// What a storage node signs about itself: every field but the signature, with its node id for the peer.
void RingInfoSigningBytes(const Key256& network, const RingInfo& info, const NodeId& owner,
                          std::vector<uint8_t>& out);

// What a registrant signs; a ticket is named by SHA-256 over these and the signature.
void TicketSigningBytes(const Key256& network, const Ticket& ticket, std::vector<uint8_t>& out);
// A seed is named by SHA-256 over these.
void SeedBytes(std::span<const HiddenRecord> voters, std::span<const HiddenRecord> votes,
               std::vector<uint8_t>& out);
// What a pair's coordinator signs: this receiver, by its ticket's hash, may open this seed.
void SeedGrantSigningBytes(const Key256& network, const Key256& seed, const Key256& receiver,
                           std::vector<uint8_t>& out);
// The records portion of a block, and of a pool: its cid is SHA-256 over these. The order is the lists'.
void VoteListsBytes(const Key256& template_cid, std::span<const VoterRecord> voters,
                    std::span<const VoteRecord> votes, std::vector<uint8_t>& out);
// What a voter signs of a block.
void BlockSigningBytes(const Key256& network, const Key256& template_cid, const Key256& cid,
                       std::vector<uint8_t>& out);
// A whole block: template, votes, voters, and their signatures, ascending by registrant.
void VoteBlockBytes(const Key256& template_cid, std::span<const VoterRecord> voters,
                    std::span<const VoteRecord> votes, std::span<const BlockSignature> signatures,
                    std::vector<uint8_t>& out);
// A topic of negotiation is SHA-256 over these; the token is so many hex digits.
void NegotiationTopicBytes(const Key256& network, const Key256& template_cid,
                           NegotiationStage stage, std::string_view token,
                           std::vector<uint8_t>& out);
// A registrant's tokens are the leading hex digits of SHA-256 over these; a pool's, of its id.
void VoterTokenBytes(const Key256& network, const Key256& template_cid, const PublicKey& registrant,
                     std::vector<uint8_t>& out);

// The id of a block that people call by a name is SHA-256 over these.
void BlockNameBytes(const Key256& network, std::string_view name, std::vector<uint8_t>& out);

// The inverse of RecordSigningBytes; leaves record.peer and record.signature as they were. False
// when the bytes are not such an encoding.
[[nodiscard]] bool ReadRecordSigningBytes(std::span<const uint8_t> bytes, Key256& network,
                                          Record& record, NodeId& owner);

}  // namespace core
