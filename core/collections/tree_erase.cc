// Taking an entry out of the tree: borrow, merge, collapse.
//
//   node after the removal        | then
//   at least 32, or the root      | written
//   fewer; left can spare one     | takes the left one's last
//   fewer; right can spare one    | takes the right one's first
//   fewer; neither can            | merges with the left one, else the right one; the parent loses
//                                 |   a child and is looked at in turn
//   root, a branch of one child   | the child becomes the root
#include <cstddef>
#include <iterator>
#include <utility>

#include "core/collections/tree.h"
#include "core/collections/tree_path.h"

namespace core {
namespace {

// A node that is too small, one of its neighbours, and the separator between them.
struct Pair {
  PathNode& parent;
  size_t left_slot;
  BlockId left_id;
  BlockId right_id;
  TreeNode left;
  TreeNode right;

  Bytes& separator() { return parent.node.separators[left_slot]; }
};

void WritePair(Draft& draft, Pair& pair, const Bytes& separator) {
  pair.separator() = separator;
  pair.left.high = separator;
  pair.right.low = separator;
  draft.Write(pair.left_id, Encode(pair.left));
  draft.Write(pair.right_id, Encode(pair.right));
  draft.Write(pair.parent.id, Encode(pair.parent.node));
}

void ShiftRight(Draft& draft, Pair& pair) {
  TreeNode& left = pair.left;
  TreeNode& right = pair.right;
  if (left.leaf()) {
    right.entries.insert(right.entries.begin(), std::move(left.entries.back()));
    left.entries.pop_back();
    const Bytes separator = right.entries.front().key;
    WritePair(draft, pair, separator);
    return;
  }
  right.children.insert(right.children.begin(), left.children.back());
  right.separators.insert(right.separators.begin(), pair.separator());
  const Bytes separator = left.separators.back();
  left.children.pop_back();
  left.separators.pop_back();
  WritePair(draft, pair, separator);
}

void ShiftLeft(Draft& draft, Pair& pair) {
  TreeNode& left = pair.left;
  TreeNode& right = pair.right;
  if (left.leaf()) {
    left.entries.push_back(std::move(right.entries.front()));
    right.entries.erase(right.entries.begin());
    const Bytes separator = right.entries.front().key;
    WritePair(draft, pair, separator);
    return;
  }
  left.children.push_back(right.children.front());
  left.separators.push_back(pair.separator());
  const Bytes separator = right.separators.front();
  right.children.erase(right.children.begin());
  right.separators.erase(right.separators.begin());
  WritePair(draft, pair, separator);
}

// The right node goes; its parent is left for the caller to look at.
void Merge(Draft& draft, Pair& pair) {
  TreeNode& left = pair.left;
  TreeNode& right = pair.right;
  if (!left.leaf()) left.separators.push_back(pair.separator());
  left.entries.insert(left.entries.end(), std::make_move_iterator(right.entries.begin()),
                      std::make_move_iterator(right.entries.end()));
  left.children.insert(left.children.end(), right.children.begin(), right.children.end());
  left.separators.insert(left.separators.end(), right.separators.begin(), right.separators.end());
  left.high = right.high;
  draft.Write(pair.left_id, Encode(left));
  draft.Delete(pair.right_id);
  TreeNode& parent = pair.parent.node;
  const auto slot = static_cast<std::ptrdiff_t>(pair.left_slot);
  parent.separators.erase(parent.separators.begin() + slot);
  parent.children.erase(parent.children.begin() + slot + 1);
}

Pair MakePair(PathNode& parent, size_t left_slot, TreeNode left, TreeNode right) {
  return Pair{.parent = parent,
              .left_slot = left_slot,
              .left_id = parent.node.children[left_slot],
              .right_id = parent.node.children[left_slot + 1],
              .left = std::move(left),
              .right = std::move(right)};
}

// Gives the node of parent's slot company. True when the parent lost a child.
bool Refill(Draft& draft, PathNode& parent, TreeNode node) {
  const size_t slot = parent.slot;
  std::optional<TreeNode> left;
  if (slot > 0) {
    left = ChildOf(draft, parent.id, parent.node, slot - 1);
    if (!left.has_value()) return false;
    if (left->slots() > kNodeSlotsMin) {
      Pair pair = MakePair(parent, slot - 1, std::move(*left), std::move(node));
      ShiftRight(draft, pair);
      return false;
    }
  }
  if (slot + 1 < parent.node.children.size()) {
    auto right = ChildOf(draft, parent.id, parent.node, slot + 1);
    if (!right.has_value()) return false;
    if (right->slots() > kNodeSlotsMin || !left.has_value()) {
      const bool spare = right->slots() > kNodeSlotsMin;
      Pair pair = MakePair(parent, slot, std::move(node), std::move(*right));
      if (spare) {
        ShiftLeft(draft, pair);
      } else {
        Merge(draft, pair);
      }
      return !spare;
    }
  }
  Pair pair = MakePair(parent, slot - 1, std::move(*left), std::move(node));
  Merge(draft, pair);
  return true;
}

// The root has changed.
void WriteRoot(Draft& draft, const TreePath& path) {
  const PathNode& root = path.nodes.front();
  if (root.node.leaf() || root.node.children.size() > 1) {
    draft.Write(root.id, Encode(root.node));
    return;
  }
  draft.Write(path.trunk, Encode(TreeTrunk{.collection = draft.collection(),
                                           .root = root.node.children.front()}));
  draft.Delete(root.id);
}

}  // namespace

void EraseFromTree(Draft& draft, const Bytes& key) {
  auto path = Descend(draft, key);
  if (!path.has_value()) return;
  TreeNode& leaf = path->nodes.back().node;
  const size_t at = EntryAt(leaf, key);
  if (at == leaf.entries.size() || leaf.entries[at].key != key) return;
  leaf.entries.erase(leaf.entries.begin() + static_cast<std::ptrdiff_t>(at));
  for (size_t level = path->nodes.size() - 1; level > 0; --level) {
    PathNode& here = path->nodes[level];
    if (here.node.slots() >= kNodeSlotsMin) {
      draft.Write(here.id, Encode(here.node));
      return;
    }
    if (!Refill(draft, path->nodes[level - 1], std::move(here.node))) return;
  }
  WriteRoot(draft, *path);
}

}  // namespace core
