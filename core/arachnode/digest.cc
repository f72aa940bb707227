#include "core/arachnode/digest.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace core {
namespace {

constexpr uint64_t kSeed = 0x6f72622072696e67;  // Part of the protocol.

}  // namespace

uint64_t DigestOf(const KeyedRevision& block) {
  return Mix64(HashBytes(block.key.bytes, kSeed), block.revision);
}

KeyRange PartOf(const KeyRange& range, uint32_t part) {
  KeyRange narrower = range;
  for (int bit = limits::kBucketBits - 1; bit >= 0; --bit) {
    const int at = range.bits + limits::kBucketBits - 1 - bit;
    if (narrower.prefix.Bit(at) != ((part >> bit & 1) != 0)) narrower.prefix.FlipBit(at);
  }
  narrower.bits = static_cast<uint8_t>(range.bits + limits::kBucketBits);
  narrower.prefix = narrower.First();
  return narrower;
}

void DigestTree::Add(const KeyedRevision& block, Walk walk) {
  if (nodes_.empty()) nodes_.emplace_back();
  const uint64_t digest = DigestOf(block);
  uint32_t node = kRoot;
  int depth = 0;
  for (;; ++depth) {
    nodes_[node].digest += digest;
    ++nodes_[node].blocks;
    if (nodes_[node].children == kNone) break;
    node = ChildOf(node, block.key, depth);
  }
  // One half may take all of them.
  for (; nodes_[node].blocks > kLeafBlocks && depth < kDepthMax; ++depth) {
    Part(node, block.key, depth, walk);
    node = ChildOf(node, block.key, depth);
  }
}

void DigestTree::Part(uint32_t node, const Key256& key, int depth, Walk walk) {
  const uint32_t pair = TakePair();
  nodes_[node].children = pair;
  const auto bits = static_cast<uint8_t>(depth);
  walk({Splice(key, Key256{}, depth), bits}, [&](const KeyedRevision& block) {
    Node& half = nodes_[pair + (block.key.Bit(depth) ? 1u : 0u)];
    half.digest += DigestOf(block);
    ++half.blocks;
  });
  CHECK(nodes_[pair].blocks + nodes_[pair + 1].blocks == nodes_[node].blocks);
}

uint32_t DigestTree::TakePair() {
  if (free_ == kNone) {
    nodes_.resize(nodes_.size() + 2);
    return static_cast<uint32_t>(nodes_.size() - 2);
  }
  const uint32_t pair = free_;
  free_ = nodes_[pair].children;
  nodes_[pair] = {};
  nodes_[pair + 1] = {};
  return pair;
}

void DigestTree::Remove(const KeyedRevision& block) {
  const uint64_t digest = DigestOf(block);
  uint32_t node = kRoot;
  for (int depth = 0;; ++depth) {
    nodes_[node].digest -= digest;
    --nodes_[node].blocks;
    if (nodes_[node].children == kNone) return;
    if (nodes_[node].blocks <= kMergeBlocks) return Merge(node);
    node = ChildOf(node, block.key, depth);
  }
}

// Below it at most one of two children is parted, by invariant (1).
void DigestTree::Merge(uint32_t node) {
  uint32_t pair = nodes_[node].children;
  nodes_[node].children = kNone;
  while (pair != kNone) {
    const uint32_t below = std::max(nodes_[pair].children, nodes_[pair + 1].children);
    nodes_[pair].children = free_;
    free_ = pair;
    pair = below;
  }
}

BucketDigest DigestTree::Of(const KeyRange& range, Walk walk) const {
  if (nodes_.empty()) return {};
  uint32_t node = kRoot;
  for (int depth = 0; depth < range.bits && nodes_[node].children != kNone; ++depth) {
    node = ChildOf(node, range.prefix, depth);
    if (depth + 1 == range.bits) return {nodes_[node].digest, nodes_[node].blocks};
  }
  if (range.bits == 0) return {nodes_[node].digest, nodes_[node].blocks};
  BucketDigest sum;
  if (nodes_[node].blocks == 0) return sum;
  walk(range, [&](const KeyedRevision& block) {
    sum.digest += DigestOf(block);
    ++sum.blocks;
  });
  return sum;
}

}  // namespace core
