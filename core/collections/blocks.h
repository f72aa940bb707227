// The blocks of a collection as structs, and the canonical bytes that the network keeps of them.
//
//   header   name, kind, creator, head and tail of the log, trunk of the tree
//   log      up to 32 entries, links to its neighbours, the hash of its predecessor
//   trunk    which node is the root
//   node     a leaf (entries) or a branch (children between separators) of the B+tree
//
// Invariants: (1) one struct has one encoding, and Decode accepts no other bytes; (2) every size is
// limited at decode, and a block within the limits has at most limits::kBlockBytesMax bytes; (3)
// every block names its collection; (4) a node names the range of keys that it answers for (its
// fences) and its height above the leaves, so that a reader who meets two blocks of different times
// notices; (5) the encoding of a log block ends with its mutable part, the link to the next one, and
// its hash leaves that out. Errors: InvalidArgument that names the field.
// Source: protocol document, 1.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/collections/block_ids.h"
#include "core/crypto/suite.h"
#include "core/port/host.h"

namespace core {

inline constexpr std::string_view kHeaderBlockDomain = "vt/block/header/1";
inline constexpr std::string_view kLogBlockDomain = "vt/block/log/1";
inline constexpr std::string_view kTrunkBlockDomain = "vt/block/trunk/1";
inline constexpr std::string_view kNodeBlockDomain = "vt/block/node/1";

inline constexpr size_t kCollectionNameBytesMax = 64;
inline constexpr size_t kLogEntriesMax = 32;
inline constexpr size_t kPayloadBytesMax = 8192;
inline constexpr size_t kActionBlocksMax = 64;
inline constexpr size_t kActionReadsMax = 64;
inline constexpr size_t kActionCollectionsMax = 16;
inline constexpr size_t kCheckpointPendingMax = 64;
inline constexpr size_t kNodeSlotsMax = 64;  // Entries of a leaf, children of a branch.
inline constexpr size_t kNodeSlotsMin = 32;
inline constexpr size_t kTreeKeyBytesMax = 64;
inline constexpr size_t kTreeValueBytesMax = 4096;
inline constexpr uint8_t kTreeHeightMax = 12;  // 32^12 leaves at least.

enum class CollectionKind : uint8_t { kDiary = 1, kTree = 2 };

struct CollectionHeader {
  std::string name;
  CollectionKind kind = CollectionKind::kDiary;
  ActionId creator;
  BlockId head;
  BlockId tail;
  std::optional<BlockId> trunk;  // Of a tree; a diary has none.

  friend bool operator==(const CollectionHeader&, const CollectionHeader&) = default;
};

struct BlockRevision {
  BlockId block;
  uint64_t revision = 0;

  friend auto operator<=>(const BlockRevision&, const BlockRevision&) = default;
};

struct LogAction {
  ActionId id;
  Bytes payload{};
  std::vector<BlockRevision> blocks{};  // Of the tree, as the action left them. Ascending.
  std::vector<BlockId> collections{};   // Others that the same transaction wrote to. Ascending.
  std::vector<BlockId> reads{};         // Blocks it depended on and did not write. Ascending.

  friend bool operator==(const LogAction&, const LogAction&) = default;
};

// Every earlier action that is not listed has reached all its blocks.
struct LogCheckpoint {
  std::vector<ActionId> pending;  // The oldest first.

  friend bool operator==(const LogCheckpoint&, const LogCheckpoint&) = default;
};

struct LogEntry {
  int64_t time_ms = 0;    // Of the writer's clock.
  uint64_t sequence = 0;  // Position in the log; follows from the block's first.
  std::variant<LogAction, LogCheckpoint> body{};

  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

// What links a log block to the one before; the first block of a log has none.
struct LogPrior {
  BlockId block;
  Digest256 hash{};

  friend bool operator==(const LogPrior&, const LogPrior&) = default;
};

struct LogBlock {
  BlockId collection;
  uint64_t first_sequence = 0;
  std::optional<LogPrior> prior;
  std::vector<LogEntry> entries;  // At least one.
  std::optional<BlockId> next;

  friend bool operator==(const LogBlock&, const LogBlock&) = default;
};

struct TreeTrunk {
  BlockId collection;
  BlockId root;

  friend bool operator==(const TreeTrunk&, const TreeTrunk&) = default;
};

struct TreeEntry {
  Bytes key;  // At least one byte.
  Bytes value;

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

// Answers for the keys in [low, high); an empty fence is no limit. Child i of a branch answers for
// what lies between separator i - 1 and separator i.
struct TreeNode {
  BlockId collection;
  uint8_t height = 0;  // 0: a leaf.
  Bytes low;
  Bytes high;
  std::vector<TreeEntry> entries;  // Of a leaf, ascending keys.
  std::vector<BlockId> children;   // Of a branch.
  std::vector<Bytes> separators;   // One less than children, ascending.

  [[nodiscard]] bool leaf() const { return height == 0; }

  [[nodiscard]] size_t slots() const { return leaf() ? entries.size() : children.size(); }

  friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

// REQUIRES: the block is within the limits and its lists ascend.
[[nodiscard]] Bytes Encode(const CollectionHeader& header);
[[nodiscard]] Bytes Encode(const LogBlock& block);
[[nodiscard]] Bytes Encode(const TreeTrunk& trunk);
[[nodiscard]] Bytes Encode(const TreeNode& node);

[[nodiscard]] StatusOr<CollectionHeader> DecodeHeader(std::span<const uint8_t> bytes);
[[nodiscard]] StatusOr<LogBlock> DecodeLogBlock(std::span<const uint8_t> bytes);
[[nodiscard]] StatusOr<TreeTrunk> DecodeTrunk(std::span<const uint8_t> bytes);
[[nodiscard]] StatusOr<TreeNode> DecodeNode(std::span<const uint8_t> bytes);

// What prior_hash of the next block holds: SHA-256 without the mutable link.
[[nodiscard]] Digest256 HashOf(const Suite& suite, const LogBlock& block);

}  // namespace core
