// Verification of Merkle proofs: nothing here knows a tree.
#include <bit>

#include "core/collections/merkle.h"

namespace core {
namespace {

// A position among the nodes of one level, and the last position of that level, on the way up.
struct Place {
  uint64_t node = 0;
  uint64_t last = 0;

  void Up() {
    node >>= 1;
    last >>= 1;
  }

  // The node has a left neighbour: it is a right child, or it waits for one as the last of an odd
  // level.
  [[nodiscard]] bool JoinsLeft() const { return (node & 1) != 0 || node == last; }

  // Skips the levels where the last node stands alone.
  void SkipLonely() {
    while ((node & 1) == 0 && node != 0) Up();
  }
};

}  // namespace

bool VerifyInclusion(const Suite& suite, const TreeHead& head, uint64_t index,
                     const Digest256& leaf_hash, const MerkleProof& proof) {
  if (index >= head.size) return false;
  Place place{.node = index, .last = head.size - 1};
  Digest256 hash = leaf_hash;
  for (const Digest256& sibling : proof) {
    if (place.last == 0) return false;
    if (place.JoinsLeft()) {
      hash = MerkleNodeHash(suite, sibling, hash);
      place.SkipLonely();
    } else {
      hash = MerkleNodeHash(suite, hash, sibling);
    }
    place.Up();
  }
  return place.last == 0 && hash == head.root;
}

bool VerifyConsistency(const Suite& suite, const TreeHead& old, const TreeHead& head,
                       const MerkleProof& proof) {
  if (old.size == 0 || old.size > head.size) return false;
  if (old.size == head.size) return proof.empty() && old.root == head.root;
  const bool whole = std::has_single_bit(old.size);
  if (proof.empty()) return false;
  Place place{.node = old.size - 1, .last = head.size - 1};
  while ((place.node & 1) != 0) place.Up();
  Digest256 old_hash = whole ? old.root : proof.front();
  Digest256 hash = old_hash;
  for (size_t i = whole ? 0 : 1; i < proof.size(); ++i) {
    if (place.last == 0) return false;
    if (place.JoinsLeft()) {
      old_hash = MerkleNodeHash(suite, proof[i], old_hash);
      hash = MerkleNodeHash(suite, proof[i], hash);
      place.SkipLonely();
    } else {
      hash = MerkleNodeHash(suite, hash, proof[i]);
    }
    place.Up();
  }
  return place.last == 0 && old_hash == old.root && hash == head.root;
}

}  // namespace core
