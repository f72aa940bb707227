// The Merkle tree over the entries of a B+tree, in the order of their keys: for the tally and the
// registration, once, after the collection is closed; not kept up to date by inserts.
//
// A leaf is the canonical bytes of key and value, so a proof is about both. Resumable: Advance reads
// as far as the view has blocks. Whoever hashes while others still write gets the entries of several
// moments; the caller decides when a collection is closed.
// Source: protocol document, 1.5 (Hashed tree).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/collections/draft.h"
#include "core/collections/merkle.h"
#include "core/collections/tree.h"

namespace core {

// What stands at a leaf of the Merkle tree for an entry.
[[nodiscard]] Digest256 EntryHash(const Suite& suite, const TreeEntry& entry);

class HashedTree {
 public:
  explicit HashedTree(const Suite& suite)
      : merkle_(suite), cursor_(TreeCursor::Order::kAscending) {}

  // True when the last entry was read; false when there is trouble.
  bool Advance(Draft& view);

  [[nodiscard]] const MerkleTree& merkle() const { return merkle_; }

  // Position of a key among the leaves.
  [[nodiscard]] std::optional<uint64_t> IndexOf(const Bytes& key) const;

 private:
  MerkleTree merkle_;
  TreeCursor cursor_;
  std::vector<Bytes> keys_;
};

}  // namespace core
