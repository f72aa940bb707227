#include "core/collections/blocks.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "core/codec/limits.h"

namespace core {
namespace {

constexpr uint8_t kActionTag = 1;
constexpr uint8_t kCheckpointTag = 2;

constexpr size_t kIdBytes = sizeof(BlockId::bytes);
constexpr size_t kEntryBytesMax = sizeof(int64_t) + 1 + sizeof(ActionId::bytes) + 4 +
                                  kPayloadBytesMax + 4 + kActionBlocksMax * (kIdBytes + 8) + 4 +
                                  kActionCollectionsMax * kIdBytes + 4 + kActionReadsMax * kIdBytes;
static_assert(kLogEntriesMax * kEntryBytesMax + 256 <= limits::kBlockBytesMax);
static_assert(kNodeSlotsMax * (kTreeKeyBytesMax + kTreeValueBytesMax + 8) + 256 <=
              limits::kBlockBytesMax);

void PutBytes(CanonicalWriter& writer, const Bytes& bytes) {
  CHECK(bytes.size() <= kPayloadBytesMax);
  writer.U32(static_cast<uint32_t>(bytes.size()));
  writer.Fixed(bytes);
}

void PutCount(CanonicalWriter& writer, size_t count, size_t count_max) {
  CHECK(count <= count_max);
  writer.U32(static_cast<uint32_t>(count));
}

void PutOptional(CanonicalWriter& writer, const std::optional<BlockId>& id) {
  writer.U8(id.has_value() ? 1 : 0);
  if (id.has_value()) writer.Key(*id);
}

void PutIds(CanonicalWriter& writer, const std::vector<BlockId>& ids, size_t count_max) {
  PutCount(writer, ids.size(), count_max);
  for (const BlockId& id : ids) writer.Key(id);
}

void PutAction(CanonicalWriter& writer, const LogAction& action) {
  writer.U8(kActionTag);
  writer.Fixed(action.id.bytes);
  PutBytes(writer, action.payload);
  PutCount(writer, action.blocks.size(), kActionBlocksMax);
  for (const BlockRevision& written : action.blocks) {
    writer.Key(written.block);
    writer.U64(written.revision);
  }
  PutIds(writer, action.collections, kActionCollectionsMax);
  PutIds(writer, action.reads, kActionReadsMax);
}

void PutCheckpoint(CanonicalWriter& writer, const LogCheckpoint& checkpoint) {
  writer.U8(kCheckpointTag);
  PutCount(writer, checkpoint.pending.size(), kCheckpointPendingMax);
  for (const ActionId& id : checkpoint.pending) writer.Fixed(id.bytes);
}

// Everything of a log block but its mutable link.
void PutFixedPart(CanonicalWriter& writer, const LogBlock& block) {
  CHECK(!block.entries.empty());
  writer.Literal(kLogBlockDomain);
  writer.Key(block.collection);
  writer.U64(block.first_sequence);
  writer.U8(block.prior.has_value() ? 1 : 0);
  if (block.prior.has_value()) {
    writer.Key(block.prior->block);
    writer.Fixed(block.prior->hash);
  }
  PutCount(writer, block.entries.size(), kLogEntriesMax);
  for (const LogEntry& entry : block.entries) {
    writer.I64(entry.time_ms);
    if (const auto* action = std::get_if<LogAction>(&entry.body)) {
      PutAction(writer, *action);
    } else {
      PutCheckpoint(writer, std::get<LogCheckpoint>(entry.body));
    }
  }
}

// Reads fields and remembers the first one that was wrong.
class FieldReader {
 public:
  explicit FieldReader(std::span<const uint8_t> bytes) : reader_(bytes) {}

  void Domain(std::string_view text) {
    reader_.Literal(text);
    Require(reader_.ok(), "block: not of the expected kind");
  }

  [[nodiscard]] uint8_t U8() { return reader_.U8(); }

  [[nodiscard]] uint64_t U64() { return reader_.U64(); }

  [[nodiscard]] int64_t I64() { return reader_.I64(); }

  [[nodiscard]] BlockId Id() { return reader_.Key(); }

  [[nodiscard]] ActionId Action() {
    ActionId id;
    reader_.Fixed(id.bytes);
    return id;
  }

  [[nodiscard]] Digest256 Digest() {
    Digest256 digest{};
    reader_.Fixed(digest);
    return digest;
  }

  [[nodiscard]] std::string_view Text(size_t bytes_max, const char* what) {
    const std::string_view text = reader_.Text(bytes_max);
    Require(reader_.ok(), what);
    return text;
  }

  [[nodiscard]] Bytes Octets(size_t bytes_max, const char* what) {
    const std::string_view text = Text(bytes_max, what);
    return Bytes(text.begin(), text.end());
  }

  [[nodiscard]] bool Flag(const char* what) {
    const uint8_t flag = reader_.U8();
    Require(flag <= 1, what);
    return flag == 1;
  }

  // Zero when the count is not within the limits, so that no loop runs on it.
  [[nodiscard]] uint32_t Count(size_t least, size_t most, const char* what) {
    const uint32_t count = reader_.U32();
    Require(count >= least && count <= most, what);
    return ok() ? count : 0;
  }

  // False from the first failure on.
  [[nodiscard]] bool ok() const { return error_ == nullptr && reader_.ok(); }

  void Require(bool holds, const char* what) {
    if (!holds && error_ == nullptr) error_ = what;
  }

  [[nodiscard]] Status Result() {
    Require(reader_.ok(), "block: truncated");
    Require(reader_.Finished(), "block: bytes behind the end");
    return error_ == nullptr ? Status() : InvalidArgument(error_);
  }

 private:
  CanonicalReader reader_;
  const char* error_ = nullptr;
};

std::optional<BlockId> TakeOptional(FieldReader& reader, const char* what) {
  if (!reader.Flag(what)) return std::nullopt;
  return reader.Id();
}

template <typename T>
bool Ascends(const std::vector<T>& items) {
  return std::adjacent_find(items.begin(), items.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == items.end();
}

std::vector<BlockId> TakeIds(FieldReader& reader, size_t count_max, const char* what) {
  std::vector<BlockId> ids;
  const uint32_t count = reader.Count(0, count_max, what);
  for (uint32_t i = 0; i < count && reader.ok(); ++i) ids.push_back(reader.Id());
  reader.Require(Ascends(ids), what);
  return ids;
}

LogAction TakeAction(FieldReader& reader) {
  LogAction action;
  action.id = reader.Action();
  action.payload = reader.Octets(kPayloadBytesMax, "log entry: payload is too long");
  const uint32_t count = reader.Count(0, kActionBlocksMax, "log entry: too many blocks");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    const BlockId block = reader.Id();
    const uint64_t revision = reader.U64();
    action.blocks.push_back({.block = block, .revision = revision});
    reader.Require(i == 0 || action.blocks[i - 1].block < block, "log entry: blocks do not ascend");
  }
  action.collections =
      TakeIds(reader, kActionCollectionsMax, "log entry: collections too many or unordered");
  action.reads = TakeIds(reader, kActionReadsMax, "log entry: reads too many or unordered");
  return action;
}

LogCheckpoint TakeCheckpoint(FieldReader& reader) {
  LogCheckpoint checkpoint;
  const uint32_t count = reader.Count(0, kCheckpointPendingMax, "checkpoint: too many pending");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    checkpoint.pending.push_back(reader.Action());
  }
  return checkpoint;
}

LogEntry TakeEntry(FieldReader& reader, uint64_t sequence) {
  LogEntry entry;
  entry.sequence = sequence;
  entry.time_ms = reader.I64();
  const uint8_t tag = reader.U8();
  reader.Require(tag == kActionTag || tag == kCheckpointTag, "log entry: unknown kind");
  if (!reader.ok()) return entry;
  if (tag == kActionTag) {
    entry.body = TakeAction(reader);
  } else {
    entry.body = TakeCheckpoint(reader);
  }
  return entry;
}

bool Inside(const TreeNode& node, const Bytes& key) {
  return node.low <= key && (node.high.empty() || key < node.high);
}

void TakeLeaf(FieldReader& reader, TreeNode& node) {
  const uint32_t count = reader.Count(0, kNodeSlotsMax, "leaf: too many entries");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    TreeEntry entry;
    entry.key = reader.Octets(kTreeKeyBytesMax, "leaf: key is too long");
    entry.value = reader.Octets(kTreeValueBytesMax, "leaf: value is too long");
    reader.Require(!entry.key.empty(), "leaf: empty key");
    reader.Require(Inside(node, entry.key), "leaf: key outside of the fences");
    reader.Require(i == 0 || node.entries.back().key < entry.key, "leaf: keys do not ascend");
    node.entries.push_back(std::move(entry));
  }
}

void TakeBranch(FieldReader& reader, TreeNode& node) {
  const uint32_t count = reader.Count(2, kNodeSlotsMax, "branch: wrong number of children");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) node.children.push_back(reader.Id());
  for (uint32_t i = 1; i < count && reader.ok(); ++i) {
    Bytes separator = reader.Octets(kTreeKeyBytesMax, "branch: separator is too long");
    reader.Require(!separator.empty() && node.low < separator && Inside(node, separator),
                   "branch: separator outside of the fences");
    reader.Require(i == 1 || node.separators.back() < separator,
                   "branch: separators do not ascend");
    node.separators.push_back(std::move(separator));
  }
}

}  // namespace

Bytes Encode(const CollectionHeader& header) {
  CHECK(header.name.size() <= kCollectionNameBytesMax);
  CHECK(header.trunk.has_value() == (header.kind == CollectionKind::kTree));
  Bytes bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kHeaderBlockDomain);
  writer.Text(header.name);
  writer.U8(static_cast<uint8_t>(header.kind));
  writer.Fixed(header.creator.bytes);
  writer.Key(header.head);
  writer.Key(header.tail);
  PutOptional(writer, header.trunk);
  return bytes;
}

StatusOr<CollectionHeader> DecodeHeader(std::span<const uint8_t> bytes) {
  FieldReader reader(bytes);
  CollectionHeader header;
  reader.Domain(kHeaderBlockDomain);
  header.name = reader.Text(kCollectionNameBytesMax, "header: name is too long");
  const uint8_t kind = reader.U8();
  header.creator = reader.Action();
  header.head = reader.Id();
  header.tail = reader.Id();
  header.trunk = TakeOptional(reader, "header: trunk flag is neither 0 nor 1");
  reader.Require(kind == static_cast<uint8_t>(CollectionKind::kDiary) ||
                     kind == static_cast<uint8_t>(CollectionKind::kTree),
                 "header: unknown kind of collection");
  header.kind = static_cast<CollectionKind>(kind);
  reader.Require(header.trunk.has_value() == (header.kind == CollectionKind::kTree),
                 "header: a tree has a trunk, a diary has none");
  RETURN_IF_ERROR(reader.Result());
  return header;
}

Bytes Encode(const LogBlock& block) {
  Bytes bytes;
  CanonicalWriter writer(bytes);
  PutFixedPart(writer, block);
  PutOptional(writer, block.next);
  return bytes;
}

Digest256 HashOf(const Suite& suite, const LogBlock& block) {
  Bytes bytes;
  CanonicalWriter writer(bytes);
  PutFixedPart(writer, block);
  return suite.Sha256(bytes);
}

StatusOr<LogBlock> DecodeLogBlock(std::span<const uint8_t> bytes) {
  FieldReader reader(bytes);
  LogBlock block;
  reader.Domain(kLogBlockDomain);
  block.collection = reader.Id();
  block.first_sequence = reader.U64();
  if (reader.Flag("log block: prior flag is neither 0 nor 1")) {
    const BlockId prior = reader.Id();
    block.prior = LogPrior{.block = prior, .hash = reader.Digest()};
  }
  reader.Require(block.prior.has_value() == (block.first_sequence != 0),
                 "log block: only the first block has no predecessor");
  reader.Require(block.first_sequence < uint64_t{1} << 63, "log block: sequence is too large");
  const uint32_t count = reader.Count(1, kLogEntriesMax, "log block: wrong number of entries");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    block.entries.push_back(TakeEntry(reader, block.first_sequence + i));
  }
  block.next = TakeOptional(reader, "log block: next flag is neither 0 nor 1");
  RETURN_IF_ERROR(reader.Result());
  return block;
}

Bytes Encode(const TreeTrunk& trunk) {
  Bytes bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kTrunkBlockDomain);
  writer.Key(trunk.collection);
  writer.Key(trunk.root);
  return bytes;
}

StatusOr<TreeTrunk> DecodeTrunk(std::span<const uint8_t> bytes) {
  FieldReader reader(bytes);
  TreeTrunk trunk;
  reader.Domain(kTrunkBlockDomain);
  trunk.collection = reader.Id();
  trunk.root = reader.Id();
  RETURN_IF_ERROR(reader.Result());
  return trunk;
}

Bytes Encode(const TreeNode& node) {
  CHECK(node.leaf() || node.separators.size() + 1 == node.children.size());
  Bytes bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kNodeBlockDomain);
  writer.Key(node.collection);
  writer.U8(node.height);
  PutBytes(writer, node.low);
  PutBytes(writer, node.high);
  PutCount(writer, node.slots(), kNodeSlotsMax);
  for (const TreeEntry& entry : node.entries) {
    PutBytes(writer, entry.key);
    PutBytes(writer, entry.value);
  }
  for (const BlockId& child : node.children) writer.Key(child);
  for (const Bytes& separator : node.separators) PutBytes(writer, separator);
  return bytes;
}

StatusOr<TreeNode> DecodeNode(std::span<const uint8_t> bytes) {
  FieldReader reader(bytes);
  TreeNode node;
  reader.Domain(kNodeBlockDomain);
  node.collection = reader.Id();
  node.height = reader.U8();
  reader.Require(node.height <= kTreeHeightMax, "node: too high");
  node.low = reader.Octets(kTreeKeyBytesMax, "node: low fence is too long");
  node.high = reader.Octets(kTreeKeyBytesMax, "node: high fence is too long");
  reader.Require(node.high.empty() || node.low < node.high, "node: fences do not ascend");
  if (!reader.ok()) return reader.Result();
  if (node.leaf()) {
    TakeLeaf(reader, node);
  } else {
    TakeBranch(reader, node);
  }
  RETURN_IF_ERROR(reader.Result());
  return node;
}

}  // namespace core
