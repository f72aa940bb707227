// A descent from the trunk to a leaf. Inside core/collections only.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/collections/blocks.h"
#include "core/collections/draft.h"

namespace core {

struct PathNode {
  BlockId id;
  TreeNode node;
  size_t slot = 0;  // Of a branch: which child comes next on the path.
};

struct TreePath {
  BlockId trunk;
  std::vector<PathNode> nodes;  // The root first, a leaf last.
};

// Which leaf: the one that answers for the key, or the one that answers for what lies just before.
enum class Side : uint8_t { kAt, kBefore };

// The path to a leaf; an empty key with kBefore means behind the last. Nothing when there is
// trouble.
[[nodiscard]] std::optional<TreePath> Descend(Draft& view, const Bytes& key, Side side = Side::kAt);

// A child, held against what its parent says of it. Nothing when there is trouble.
[[nodiscard]] std::optional<TreeNode> ChildOf(Draft& view, const BlockId& parent_id,
                                              const TreeNode& parent, size_t slot);

// The trunk's id and the root; nothing when there is trouble.
[[nodiscard]] std::optional<TreePath> OpenTree(Draft& view);

// Position of the first entry that is not before the key.
[[nodiscard]] size_t EntryAt(const TreeNode& leaf, const Bytes& key);

}  // namespace core
