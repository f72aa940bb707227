#include "core/collections/tree.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/collections/tree_path.h"

namespace core {
namespace {

const Bytes& LowFenceOf(const TreeNode& parent, size_t slot) {
  return slot == 0 ? parent.low : parent.separators[slot - 1];
}

const Bytes& HighFenceOf(const TreeNode& parent, size_t slot) {
  return slot == parent.separators.size() ? parent.high : parent.separators[slot];
}

size_t SlotFor(const TreeNode& branch, const Bytes& key, Side side) {
  const auto& separators = branch.separators;
  if (side == Side::kBefore && key.empty()) return separators.size();
  const auto place = side == Side::kAt
                         ? std::upper_bound(separators.begin(), separators.end(), key)
                         : std::lower_bound(separators.begin(), separators.end(), key);
  return static_cast<size_t>(place - separators.begin());
}

// What a node of 65 slots gives to its new right neighbour.
TreeNode SplitOff(TreeNode& node) {
  const auto middle = static_cast<std::ptrdiff_t>(node.slots() / 2);
  TreeNode right;
  right.collection = node.collection;
  right.height = node.height;
  right.high = node.high;
  if (node.leaf()) {
    right.entries.assign(std::make_move_iterator(node.entries.begin() + middle),
                         std::make_move_iterator(node.entries.end()));
    node.entries.resize(static_cast<size_t>(middle));
    right.low = right.entries.front().key;
  } else {
    right.children.assign(node.children.begin() + middle, node.children.end());
    right.separators.assign(node.separators.begin() + middle, node.separators.end());
    right.low = node.separators[static_cast<size_t>(middle) - 1];
    node.children.resize(static_cast<size_t>(middle));
    node.separators.resize(static_cast<size_t>(middle) - 1);
  }
  node.high = right.low;
  return right;
}

void MakeRoot(Draft& draft, const TreePath& path, const TreeNode& left, const BlockId& right_id) {
  TreeNode root;
  root.collection = draft.collection();
  if (left.height == kTreeHeightMax) {
    draft.SetDamaged("tree: higher than its entries can make it");
    return;
  }
  root.height = static_cast<uint8_t>(left.height + 1);
  root.children = {path.nodes.front().id, right_id};
  root.separators = {left.high};
  const BlockId id = draft.NewTreeBlock();
  draft.Write(id, Encode(root));
  draft.Write(path.trunk, Encode(TreeTrunk{.collection = draft.collection(), .root = id}));
}

// Writes the changed leaf of the path, and splits upwards while nodes are too full.
void WriteUp(Draft& draft, TreePath& path) {
  for (size_t level = path.nodes.size(); level-- > 0;) {
    PathNode& here = path.nodes[level];
    if (here.node.slots() <= kNodeSlotsMax) {
      draft.Write(here.id, Encode(here.node));
      return;
    }
    const TreeNode right = SplitOff(here.node);
    const BlockId right_id = draft.NewTreeBlock();
    draft.Write(here.id, Encode(here.node));
    draft.Write(right_id, Encode(right));
    if (level == 0) {
      MakeRoot(draft, path, here.node, right_id);
      return;
    }
    PathNode& parent = path.nodes[level - 1];
    const auto slot = static_cast<std::ptrdiff_t>(parent.slot);
    parent.node.children.insert(parent.node.children.begin() + slot + 1, right_id);
    parent.node.separators.insert(parent.node.separators.begin() + slot, right.low);
  }
}

}  // namespace

size_t EntryAt(const TreeNode& leaf, const Bytes& key) {
  const auto place =
      std::lower_bound(leaf.entries.begin(), leaf.entries.end(), key,
                       [](const TreeEntry& entry, const Bytes& k) { return entry.key < k; });
  return static_cast<size_t>(place - leaf.entries.begin());
}

std::optional<TreeNode> ChildOf(Draft& view, const BlockId& parent_id, const TreeNode& parent,
                                size_t slot) {
  const BlockId& id = parent.children[slot];
  if (view.Gone(id)) {
    view.SetTorn(parent_id, id);
    return std::nullopt;
  }
  auto child = view.Node(id);
  if (!child.has_value()) return std::nullopt;
  if (child->height + 1 != parent.height || child->low != LowFenceOf(parent, slot) ||
      child->high != HighFenceOf(parent, slot)) {
    view.SetTorn(parent_id, id);
    return std::nullopt;
  }
  return child;
}

std::optional<TreePath> OpenTree(Draft& view) {
  const auto header = view.Header();
  if (!header.has_value()) return std::nullopt;
  if (!header->trunk.has_value()) {
    view.SetDamaged("header: a diary has no tree");
    return std::nullopt;
  }
  const auto trunk = view.Trunk(*header->trunk);
  if (!trunk.has_value()) return std::nullopt;
  if (view.Gone(trunk->root)) {
    view.SetTorn(*header->trunk, trunk->root);
    return std::nullopt;
  }
  auto root = view.Node(trunk->root);
  if (!root.has_value()) return std::nullopt;
  if (!root->low.empty() || !root->high.empty()) {
    view.SetTorn(*header->trunk, trunk->root);
    return std::nullopt;
  }
  TreePath path{.trunk = *header->trunk, .nodes = {}};
  path.nodes.push_back({.id = trunk->root, .node = std::move(*root)});
  return path;
}

std::optional<TreePath> Descend(Draft& view, const Bytes& key, Side side) {
  auto path = OpenTree(view);
  while (path.has_value() && !path->nodes.back().node.leaf()) {
    PathNode& here = path->nodes.back();
    here.slot = SlotFor(here.node, key, side);
    auto child = ChildOf(view, here.id, here.node, here.slot);
    if (!child.has_value()) return std::nullopt;
    path->nodes.push_back({.id = here.node.children[here.slot], .node = std::move(*child)});
  }
  return path;
}

std::optional<Bytes> FindInTree(Draft& view, const Bytes& key) {
  const auto path = Descend(view, key);
  if (!path.has_value()) return std::nullopt;
  const TreeNode& leaf = path->nodes.back().node;
  const size_t at = EntryAt(leaf, key);
  if (at == leaf.entries.size() || leaf.entries[at].key != key) return std::nullopt;
  return leaf.entries[at].value;
}

void PutIntoTree(Draft& draft, const Bytes& key, const Bytes& value) {
  CHECK(!key.empty() && key.size() <= kTreeKeyBytesMax && value.size() <= kTreeValueBytesMax);
  auto path = Descend(draft, key);
  if (!path.has_value()) return;
  TreeNode& leaf = path->nodes.back().node;
  const size_t at = EntryAt(leaf, key);
  if (at < leaf.entries.size() && leaf.entries[at].key == key) {
    leaf.entries[at].value = value;
  } else {
    leaf.entries.insert(leaf.entries.begin() + static_cast<std::ptrdiff_t>(at),
                        TreeEntry{.key = key, .value = value});
  }
  WriteUp(draft, *path);
}

}  // namespace core
