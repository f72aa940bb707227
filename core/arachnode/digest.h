// Digests of ranges: whether two shelves hold the same of a range, in 8 bytes.
//
// A block's digest mixes its key and revision; a set's is the sum of its blocks'. So equal sets have equal
// digests on every machine, whatever the order in which they came, and a block that comes or goes is one
// addition. Nothing here is cryptographic: whoever wants to hide a difference can repeat the asker's own
// digest, which is why repair asks two neighbours (repair.h).
//
// DigestTree keeps the digests of a shelf: a binary tree over the keys' bits whose leaves are ranges of at
// most kLeafBlocks blocks, so that the digest of any range takes a descent and at most one leaf's blocks.
// The blocks themselves are the owner's, who hands in a walk over them. Invariants: (1) a node that is
// parted has more than kMergeBlocks blocks; (2) no node lies deeper than kDepthMax. Memory: 16 bytes a
// node, 1.5 to 3 a block. Owner: Shelf. Source: protocol document, 1.2.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

#include "core/arachnode/place.h"

namespace core {

[[nodiscard]] uint64_t DigestOf(const KeyedRevision& block);

// The range's 2^kBucketBits parts. REQUIRES: range.bits <= kRangeBitsMax, part < 2^kBucketBits.
[[nodiscard]] KeyRange PartOf(const KeyRange& range, uint32_t part);

class DigestTree {
 public:
  using Visitor = absl::FunctionRef<void(const KeyedRevision&)>;
  // Visits the blocks of the range that the owner has.
  using Walk = absl::FunctionRef<void(const KeyRange&, Visitor)>;

  static constexpr uint32_t kLeafBlocks = 32;
  static constexpr uint32_t kMergeBlocks = 8;
  static constexpr int kDepthMax = limits::kRangeBitsMax + limits::kBucketBits;

  // REQUIRES: the walk has the block.
  void Add(const KeyedRevision& block, Walk walk);
  // REQUIRES: it was added, at this revision.
  void Remove(const KeyedRevision& block);

  // REQUIRES: range.bits <= kDepthMax.
  [[nodiscard]] BucketDigest Of(const KeyRange& range, Walk walk) const;

  [[nodiscard]] size_t HeapBytes() const { return nodes_.capacity() * sizeof(Node); }

 private:
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNone = 0;  // The root is nobody's child.

  struct Node {
    uint64_t digest = 0;
    uint32_t blocks = 0;
    uint32_t children =
        kNone;  // Two, next to each other; kNone: a leaf. Of a free pair: the next one.
  };

  [[nodiscard]] uint32_t ChildOf(uint32_t node, const Key256& key, int depth) const {
    return nodes_[node].children + (key.Bit(depth) ? 1u : 0u);
  }

  void Part(uint32_t node, const Key256& key, int depth, Walk walk);
  [[nodiscard]] uint32_t TakePair();
  // Makes it a leaf.
  void Merge(uint32_t node);

  std::vector<Node> nodes_;  // Empty, or the root first.
  uint32_t free_ = kNone;
};

}  // namespace core
