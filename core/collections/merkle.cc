#include "core/collections/merkle.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "core/base/check.h"
#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr uint8_t kLeafPrefix = 0x00;
constexpr uint8_t kNodePrefix = 0x01;

// The largest power of two below n. REQUIRES: n > 1.
uint64_t LeftPart(uint64_t n) {
  return std::bit_floor(n - 1);
}

}  // namespace

Digest256 MerkleLeafHash(const Suite& suite, std::span<const uint8_t> leaf) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.U8(kLeafPrefix);
  writer.Fixed(leaf);
  return suite.Sha256(bytes);
}

Digest256 MerkleNodeHash(const Suite& suite, const Digest256& left, const Digest256& right) {
  std::array<uint8_t, 1 + 2 * sizeof(Digest256)> bytes;
  bytes[0] = kNodePrefix;
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), bytes.begin() + 1));
  return suite.Sha256(bytes);
}

void MerkleTree::Add(const Digest256& leaf_hash) {
  Digest256 hash = leaf_hash;
  for (size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    const size_t count = levels_[level].size();
    if (count % 2 != 0) return;
    hash = MerkleNodeHash(*suite_, levels_[level][count - 2], levels_[level][count - 1]);
  }
}

// The range falls into complete subtrees, each smaller than the one before; they are joined from
// the right.
Digest256 MerkleTree::RangeHash(uint64_t low, uint64_t high) const {
  std::vector<Digest256> parts;
  while (low < high) {
    const uint64_t span = std::bit_floor(high - low);
    const auto level = static_cast<size_t>(std::countr_zero(span));
    parts.push_back(levels_[level][low >> level]);
    low += span;
  }
  Digest256 hash = parts.back();
  for (size_t i = parts.size() - 1; i-- > 0;) hash = MerkleNodeHash(*suite_, parts[i], hash);
  return hash;
}

TreeHead MerkleTree::HeadAt(uint64_t size) const {
  CHECK(size <= this->size());
  if (size == 0) return {.size = 0, .root = suite_->Sha256({})};
  return {.size = size, .root = RangeHash(0, size)};
}

MerkleProof MerkleTree::InclusionProof(uint64_t index, uint64_t size) const {
  CHECK(index < size && size <= this->size());
  MerkleProof proof;
  uint64_t low = 0;
  uint64_t high = size;
  while (high - low > 1) {
    const uint64_t middle = low + LeftPart(high - low);
    if (index < middle) {
      proof.push_back(RangeHash(middle, high));
      high = middle;
    } else {
      proof.push_back(RangeHash(low, middle));
      low = middle;
    }
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

MerkleProof MerkleTree::ConsistencyProof(uint64_t old_size, uint64_t size) const {
  CHECK(old_size > 0 && old_size <= size && size <= this->size());
  MerkleProof proof;
  uint64_t low = 0;
  uint64_t high = size;
  while (high != old_size) {
    const uint64_t middle = low + LeftPart(high - low);
    if (old_size <= middle) {
      proof.push_back(RangeHash(middle, high));
      high = middle;
    } else {
      proof.push_back(RangeHash(low, middle));
      low = middle;
    }
  }
  // Where the old list is a left part itself, the verifier has its root.
  if (low != 0) proof.push_back(RangeHash(low, high));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

}  // namespace core
