#include "core/repository/rows.h"

#include <algorithm>

#include "core/codec/canonical.h"

namespace core {
namespace {

StoreKey Begin(const BlockId& block, RowKind kind) {
  StoreKey at{.table = kRepositoryTable, .key = {}};
  CanonicalWriter writer(at.key);
  writer.Key(block);
  writer.U8(static_cast<uint8_t>(kind));
  return at;
}

StoreKey Numbered(const BlockId& block, RowKind kind, uint64_t revision) {
  StoreKey at = Begin(block, kind);
  CanonicalWriter(at.key).U64(revision);
  return at;
}

}  // namespace

std::optional<RowName> NameOfRow(const StoreKey& at) {
  if (at.table != kRepositoryTable) return std::nullopt;
  CanonicalReader reader(at.key);
  RowName name;
  name.block = reader.Key();
  name.kind = static_cast<RowKind>(reader.U8());
  switch (name.kind) {
    case RowKind::kContent:
    case RowKind::kRevision:
      name.revision = reader.U64();
      break;
    case RowKind::kPend:
      reader.Fixed(name.of.bytes);
      break;
    case RowKind::kLatest:
    case RowKind::kMemory:
      break;
    default:
      return std::nullopt;
  }
  if (!reader.Finished()) return std::nullopt;
  return name;
}

StoreKey ContentKey(const BlockId& block, uint64_t revision) {
  return Numbered(block, RowKind::kContent, revision);
}

StoreKey RevisionKey(const BlockId& block, uint64_t revision) {
  return Numbered(block, RowKind::kRevision, revision);
}

StoreKey LatestKey(const BlockId& block) {
  return Begin(block, RowKind::kLatest);
}

StoreKey PendKey(const BlockId& block, const TxId& of) {
  StoreKey at = Begin(block, RowKind::kPend);
  CanonicalWriter(at.key).Fixed(of.bytes);
  return at;
}

StoreKey MemoryKey(const BlockId& block) {
  return Begin(block, RowKind::kMemory);
}

void AddTo(Hasher& hasher, std::span<const Vote> votes) {
  hasher.Add(votes.size());
  for (const Vote& vote : votes) {
    hasher.Add(vote.member);
    hasher.Add(vote.kind);
    hasher.Add(vote.reason);
    hasher.Add(vote.winner);
  }
}

void AddTo(Hasher& hasher, const Certificate& certificate) {
  hasher.Add(certificate.record.transaction.id.bytes);
  hasher.Add(certificate.committed);
  AddTo(hasher, certificate.votes);
  hasher.Add(certificate.acks.size());
  for (const CommitAck& ack : certificate.acks) hasher.Add(ack.member);
}

}  // namespace core
