// The B+tree of a collection: entries in leaves, at most 64 entries or children in a node, at least
// 32 but in the root; a trunk block says which node is the root.
//
// A full node that gets one more is split at the midpoint. A node that falls below 32 borrows from a
// neighbour that can spare one, the left one first, or merges with it; a root with one child gives
// way to it. Every node carries the range of keys that it answers for, and a descent holds each
// child's range against what its parent says: two blocks of different times are noticed (kTorn)
// instead of leading to a wrong leaf.
// All functions work on the draft's own state, so several edits of an action write each block once.
// Results are worth nothing when the draft has trouble.
// Source: protocol document, 1.5 (Tree, CO-2, CO-5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/collections/blocks.h"
#include "core/collections/draft.h"

namespace core {

// The value of a key; nothing when the tree has no such key, or when there is trouble.
[[nodiscard]] std::optional<Bytes> FindInTree(Draft& view, const Bytes& key);

// Inserts or replaces. REQUIRES: key and value are within their limits, the key is not empty.
void PutIntoTree(Draft& draft, const Bytes& key, const Bytes& value);

// Does nothing when there is no such key.
void EraseFromTree(Draft& draft, const Bytes& key);

// Reads entries in the order of their keys, in either direction, from the first key that is not
// before `from` (an empty one: from the end of that side). Resumable, and keeps its place by key:
// what others insert behind it is read, what they insert before it is not.
class TreeCursor {
 public:
  enum class Order : uint8_t { kAscending, kDescending };

  explicit TreeCursor(Order order, Bytes from = {}) : order_(order), place_(std::move(from)) {}

  // Nothing when there is trouble, or, without trouble, behind the last entry.
  [[nodiscard]] std::optional<TreeEntry> Next(Draft& view);

 private:
  [[nodiscard]] bool Load(Draft& view);
  [[nodiscard]] std::optional<TreeEntry> Take();
  // Goes on behind the leaf; false when it was the last one.
  [[nodiscard]] bool LeaveLeaf();

  Order order_;
  Bytes place_;          // The next entry is not before this key.
  bool beyond_ = false;  // ... and it is not this key either.
  bool ended_ = false;
  std::optional<TreeNode> leaf_;
};

struct TreeShape {
  size_t entries = 0;
  size_t leaves = 0;
  size_t branches = 0;
  uint8_t height = 0;
};

// CO-2 over a whole tree: fill of every node, equal depth, fences and separators that agree, no node
// reached twice, a root that is no branch with one child. Needs every block in the view; the status
// names the first thing that is wrong or missing.
[[nodiscard]] StatusOr<TreeShape> CheckTree(Draft& view);

}  // namespace core
