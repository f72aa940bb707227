// The Merkle tree of RFC 6962, section 2.1: a root over a list of leaves, a proof that a leaf is in
// the list, a proof that one list begins another.
//
//   empty list   SHA-256("")
//   leaf         SHA-256(0x00 || bytes)
//   node         SHA-256(0x01 || left || right), left over the largest power of two below the size
//
// A root says nothing about the number of leaves: some proofs hold for several sizes. So a root
// travels with its size (TreeHead), and whoever publishes one signs both. Verification takes nothing
// but heads and a proof, never fails otherwise than by "false", and does work in proportion to the
// proof. Source: protocol document, 1.5 (Hashed tree); RFC 6962, 2.1; RFC 9162, 2.1.3.2 and 2.1.4.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/crypto/suite.h"

namespace core {

struct TreeHead {
  uint64_t size = 0;
  Digest256 root{};

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

using MerkleProof = std::vector<Digest256>;

[[nodiscard]] Digest256 MerkleLeafHash(const Suite& suite, std::span<const uint8_t> leaf);
[[nodiscard]] Digest256 MerkleNodeHash(const Suite& suite, const Digest256& left,
                                       const Digest256& right);

// Keeps the hash of every complete subtree: a proof for any earlier size takes a logarithm of the
// size squared.
class MerkleTree {
 public:
  // REQUIRES: suite outlives the tree.
  explicit MerkleTree(const Suite& suite) : suite_(&suite) {}

  void Add(const Digest256& leaf_hash);

  [[nodiscard]] uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }

  // REQUIRES: size <= size().
  [[nodiscard]] TreeHead HeadAt(uint64_t size) const;

  [[nodiscard]] TreeHead Head() const { return HeadAt(size()); }

  // REQUIRES: index < size <= size().
  [[nodiscard]] MerkleProof InclusionProof(uint64_t index, uint64_t size) const;

  // REQUIRES: 0 < old_size <= size <= size().
  [[nodiscard]] MerkleProof ConsistencyProof(uint64_t old_size, uint64_t size) const;

 private:
  // Over the leaves [low, high). REQUIRES: low is a multiple of a power of two >= high - low.
  [[nodiscard]] Digest256 RangeHash(uint64_t low, uint64_t high) const;

  const Suite* suite_;
  // levels_[l][i] covers the leaves [i * 2^l, (i + 1) * 2^l).
  std::vector<std::vector<Digest256>> levels_;
};

[[nodiscard]] bool VerifyInclusion(const Suite& suite, const TreeHead& head, uint64_t index,
                                   const Digest256& leaf_hash, const MerkleProof& proof);

// False when `old` is empty: every list begins with nothing, so there is nothing to prove.
[[nodiscard]] bool VerifyConsistency(const Suite& suite, const TreeHead& old, const TreeHead& head,
                                     const MerkleProof& proof);

}  // namespace core
