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

}  // namespace core
