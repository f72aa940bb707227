#include "core/codec/canonical.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/codec/big_endian.h"
#include "core/codec/limits.h"

namespace core {
namespace {

template <size_t kBytes>
void Append(std::vector<uint8_t>& out, uint64_t value) {
  std::array<uint8_t, kBytes> bytes;
  PutBigEndian<kBytes>(bytes.data(), value);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// What most of them take beside lists and contents, so that the bytes are not copied from one buffer to the next while
// they grow.
constexpr size_t kUsualBytes = 512;

// Replaces the content of out. `more`: how many bytes lists and contents will take.
CanonicalWriter Begin(std::string_view domain, std::vector<uint8_t>& out, size_t more = 0) {
  out.clear();
  out.reserve(kUsualBytes + more);
  CanonicalWriter writer(out);
  writer.Literal(domain);
  return writer;
}

void PutTransaction(CanonicalWriter& writer, const Transaction& transaction) {
  writer.Fixed(transaction.id.bytes);
  writer.U8(static_cast<uint8_t>(transaction.action));
  writer.Key(transaction.block);
  writer.U64(transaction.base_revision);
  writer.Key(transaction.base_hash);
  writer.Key(transaction.content_hash);
  writer.Fixed(transaction.of.bytes);
  writer.Key(transaction.tail);
  writer.Key(transaction.scope);
  writer.I64(transaction.expires_ms);
  writer.U8(transaction.priority);
  writer.U16(transaction.attempt);
  writer.Fixed(transaction.client);
}

void PutBytes(CanonicalWriter& writer, std::span<const uint8_t> bytes) {
  writer.U32(static_cast<uint32_t>(bytes.size()));
  writer.Fixed(bytes);
}

void PutHidden(CanonicalWriter& writer, std::span<const HiddenRecord> records) {
  writer.U32(static_cast<uint32_t>(records.size()));
  for (const HiddenRecord& record : records) PutBytes(writer, record.sealed);
}

}  // namespace

void CanonicalWriter::U16(uint16_t value) {
  Append<2>(*out_, value);
}

void CanonicalWriter::U32(uint32_t value) {
  Append<4>(*out_, value);
}

void CanonicalWriter::U64(uint64_t value) {
  Append<8>(*out_, value);
}

void CanonicalWriter::Text(std::string_view text) {
  CHECK(text.size() <= 0xffffffffu);
  U32(static_cast<uint32_t>(text.size()));
  Literal(text);
}

void CanonicalWriter::Texts(const StringList& texts) {
  U32(static_cast<uint32_t>(texts.Count()));
  texts.ForEach([&](std::string_view text) { Text(text); });
}

std::span<const uint8_t> CanonicalReader::Take(size_t count) {
  if (!ok_ || count > rest_.size()) {
    ok_ = false;
    return {};
  }
  const auto taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

void CanonicalReader::Literal(std::string_view text) {
  const auto taken = Take(text.size());
  ok_ = ok_ && std::equal(taken.begin(), taken.end(), text.begin(),
                          [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); });
}

uint8_t CanonicalReader::U8() {
  const auto taken = Take(1);
  return ok_ ? taken[0] : uint8_t{0};
}

uint16_t CanonicalReader::U16() {
  const auto taken = Take(2);
  return ok_ ? static_cast<uint16_t>(GetBigEndian<2>(taken.data())) : uint16_t{0};
}

uint32_t CanonicalReader::U32() {
  const auto taken = Take(4);
  return ok_ ? static_cast<uint32_t>(GetBigEndian<4>(taken.data())) : 0;
}

uint64_t CanonicalReader::U64() {
  const auto taken = Take(8);
  return ok_ ? GetBigEndian<8>(taken.data()) : 0;
}

void CanonicalReader::Fixed(std::span<uint8_t> out) {
  const auto taken = Take(out.size());
  if (ok_) {
    std::copy(taken.begin(), taken.end(), out.begin());
  } else {
    std::fill(out.begin(), out.end(), uint8_t{0});
  }
}

Key256 CanonicalReader::Key() {
  Key256 key;
  Fixed(key.bytes);
  return key;
}

std::string_view CanonicalReader::Text(size_t max_bytes) {
  const uint32_t size = U32();
  if (size > max_bytes) ok_ = false;
  const auto taken = Take(size);
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

void CanonicalReader::Texts(size_t max_count, size_t max_bytes, StringList& out) {
  out.Clear();
  const uint32_t count = U32();
  if (count > max_count) ok_ = false;
  for (uint32_t i = 0; ok_ && i < count; ++i) out.Add(Text(max_bytes));
}

void RecordSigningBytes(const Key256& network, const Record& record, const NodeId& owner,
                        std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kRecordDomain, out);
  writer.Key(network);
  writer.Key(record.topic);
  writer.U8(static_cast<uint8_t>(record.role));
  writer.Texts(record.capabilities);
  writer.U16(record.budget);
  writer.U16(record.want);
  writer.Key(owner);
  writer.U64(record.sequence);
  writer.U32(record.ttl_ms);
  writer.U8(record.specificity);
  writer.I64(record.attached_ms);
}

bool ReadRecordSigningBytes(std::span<const uint8_t> bytes, Key256& network, Record& record,
                            NodeId& owner) {
  CanonicalReader reader(bytes);
  reader.Literal(kRecordDomain);
  network = reader.Key();
  record.topic = reader.Key();
  const uint8_t role = reader.U8();
  reader.Texts(limits::kCapabilitiesMax, limits::kCapabilityBytesMax, record.capabilities);
  record.budget = reader.U16();
  record.want = reader.U16();
  owner = reader.Key();
  record.sequence = reader.U64();
  record.ttl_ms = reader.U32();
  record.specificity = reader.U8();
  record.attached_ms = reader.I64();
  if (role != static_cast<uint8_t>(Role::kMatcher) && role != static_cast<uint8_t>(Role::kWorker)) {
    return false;
  }
  record.role = static_cast<Role>(role);
  return reader.Finished();
}

void WithdrawSigningBytes(const Key256& network, const Withdraw& withdraw, const NodeId& owner,
                          std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kWithdrawDomain, out);
  writer.Key(network);
  writer.Key(withdraw.key);
  writer.Key(withdraw.topic);
  writer.Key(owner);
  writer.U64(withdraw.sequence);
}

void RingInfoSigningBytes(const Key256& network, const RingInfo& info, const NodeId& owner,
                          std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kRingInfoDomain, out);
  writer.Key(network);
  writer.Key(owner);
  writer.U64(info.sequence);
  writer.U8(static_cast<uint8_t>(info.status));
  writer.U8(info.ring);
  writer.U8(info.from);
  writer.U64(info.capacity);
  writer.U64(info.used);
  writer.U32(info.blocks);
  writer.I64(info.issued_ms);
}

void TransactionSigningBytes(const Key256& network, const Transaction& transaction,
                             std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kTxDomain, out);
  writer.Key(network);
  PutTransaction(writer, transaction);
}

bool ReadTransactionSigningBytes(std::span<const uint8_t> bytes, Key256& network,
                                 Transaction& transaction) {
  CanonicalReader reader(bytes);
  reader.Literal(kTxDomain);
  network = reader.Key();
  reader.Fixed(transaction.id.bytes);
  const uint8_t action = reader.U8();
  transaction.block = reader.Key();
  transaction.base_revision = reader.U64();
  transaction.base_hash = reader.Key();
  transaction.content_hash = reader.Key();
  reader.Fixed(transaction.of.bytes);
  transaction.tail = reader.Key();
  transaction.scope = reader.Key();
  transaction.expires_ms = reader.I64();
  transaction.priority = reader.U8();
  transaction.attempt = reader.U16();
  reader.Fixed(transaction.client);
  if (action < static_cast<uint8_t>(TxAction::kPut) ||
      action > static_cast<uint8_t>(TxAction::kCancel) ||
      transaction.priority > limits::kPriorityMax) {
    return false;
  }
  transaction.action = static_cast<TxAction>(action);
  return reader.Finished();
}

void TxHashBytes(const Key256& network, const TxRecord& record, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kTxHashDomain, out, record.members.size() * sizeof(Member));
  writer.Key(network);
  PutTransaction(writer, record.transaction);
  writer.Fixed(record.transaction.signature);
  writer.U32(static_cast<uint32_t>(record.members.size()));
  for (const Member& member : record.members) {
    writer.Key(member.id);
    writer.Fixed(member.key);
  }
}

void VoteSigningBytes(const Key256& network, const Key256& tx, const Vote& vote,
                      std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kVoteDomain, out);
  writer.Key(network);
  writer.Key(tx);
  writer.U8(static_cast<uint8_t>(vote.kind));
  writer.U8(static_cast<uint8_t>(vote.reason));
  writer.Key(vote.winner);
}

void VotesHashBytes(const Key256& tx, std::span<const Vote> votes, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kVotesDomain, out, votes.size() * sizeof(Vote));
  writer.Key(tx);
  writer.U32(static_cast<uint32_t>(votes.size()));
  for (const Vote& vote : votes) {
    writer.U8(vote.member);
    writer.U8(static_cast<uint8_t>(vote.kind));
    writer.Fixed(vote.signature);
  }
}

void CommitSigningBytes(const Key256& network, const Key256& tx, const Key256& votes_hash,
                        std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kCommitDomain, out);
  writer.Key(network);
  writer.Key(tx);
  writer.Key(votes_hash);
}

void ScopeBytes(const TxId& of, std::span<const ScopeEntry> entries, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kScopeDomain, out);
  writer.Fixed(of.bytes);
  writer.U32(static_cast<uint32_t>(entries.size()));
  for (const ScopeEntry& entry : entries) {
    writer.Key(entry.block);
    writer.U64(entry.base_revision);
    writer.Key(entry.content_hash);
  }
}

void ContentBytes(std::span<const uint8_t> value, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kBlockDomain, out, value.size());
  writer.U32(static_cast<uint32_t>(value.size()));
  writer.Fixed(value);
}

void TombstoneBytes(const BlockId& block, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kTombstoneDomain, out);
  writer.Key(block);
}

void TicketSigningBytes(const Key256& network, const Ticket& ticket, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kTicketDomain, out);
  writer.Key(network);
  writer.Key(ticket.template_cid);
  writer.Fixed(ticket.registrant);
  writer.Key(ticket.node);
  writer.Fixed(ticket.pairing_key);
  writer.U32(ticket.attempt);
  writer.I64(ticket.expires_ms);
}

void SeedBytes(std::span<const HiddenRecord> voters, std::span<const HiddenRecord> votes,
               std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kSeedDomain, out);
  PutHidden(writer, voters);
  PutHidden(writer, votes);
}

void SeedGrantSigningBytes(const Key256& network, const Key256& seed, const Key256& receiver,
                           std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kSeedGrantDomain, out);
  writer.Key(network);
  writer.Key(seed);
  writer.Key(receiver);
}

namespace {

void PutVoters(CanonicalWriter& writer, std::span<const VoterRecord> voters) {
  writer.U32(static_cast<uint32_t>(voters.size()));
  for (const VoterRecord& voter : voters) {
    writer.Fixed(voter.registrant);
    PutBytes(writer, voter.sealed);
  }
}

void PutVotes(CanonicalWriter& writer, std::span<const VoteRecord> votes) {
  writer.U32(static_cast<uint32_t>(votes.size()));
  for (const VoteRecord& vote : votes) {
    writer.Key(vote.nonce);
    PutBytes(writer, vote.sealed);
  }
}

}  // namespace

void VoteListsBytes(const Key256& template_cid, std::span<const VoterRecord> voters,
                    std::span<const VoteRecord> votes, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kVoteListsDomain, out);
  writer.Key(template_cid);
  PutVoters(writer, voters);
  PutVotes(writer, votes);
}

void VoteBlockBytes(const Key256& template_cid, std::span<const VoterRecord> voters,
                    std::span<const VoteRecord> votes, std::span<const BlockSignature> signatures,
                    std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kWholeBlockDomain, out);
  writer.Key(template_cid);
  PutVotes(writer, votes);
  PutVoters(writer, voters);
  writer.U32(static_cast<uint32_t>(signatures.size()));
  for (const BlockSignature& signature : signatures) {
    writer.Fixed(signature.registrant);
    writer.Fixed(signature.signature);
  }
}

void BlockSigningBytes(const Key256& network, const Key256& template_cid, const Key256& cid,
                       std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kBlockSignDomain, out);
  writer.Key(network);
  writer.Key(template_cid);
  writer.Key(cid);
}

void NegotiationTopicBytes(const Key256& network, const Key256& template_cid,
                           NegotiationStage stage, std::string_view token,
                           std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kNegotiationTopicDomain, out);
  writer.Key(network);
  writer.Key(template_cid);
  writer.U8(static_cast<uint8_t>(stage));
  writer.Text(token);
}

void VoterTokenBytes(const Key256& network, const Key256& template_cid, const PublicKey& registrant,
                     std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kVoterTokenDomain, out);
  writer.Key(network);
  writer.Key(template_cid);
  writer.Fixed(registrant);
}

void BlockNameBytes(const Key256& network, std::string_view name, std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kBlockNameDomain, out);
  writer.Key(network);
  writer.Text(name);
}

void TopicHashBytes(const Key256& network, std::string_view kind, std::string_view label,
                    std::vector<uint8_t>& out) {
  CanonicalWriter writer = Begin(kTopicDomain, out);
  writer.Key(network);
  writer.Text(kind);
  writer.Text(label);
}

}  // namespace core
