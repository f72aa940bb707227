// CO-2: the structural rules, over a whole tree.
#include <set>
#include <utility>
#include <vector>

#include "core/collections/tree.h"
#include "core/collections/tree_path.h"

namespace core {
namespace {

Status TroubleOf(const Draft& view) {
  if (view.trouble() == Trouble::kNeeds) return Unavailable("tree: a block was not fetched");
  if (view.trouble() == Trouble::kDamaged) return view.damage();
  return DataLoss("tree: a link leads to a block that is not there or answers for other keys");
}

Status Count(const PathNode& here, bool root, TreeShape& shape) {
  if (!root && here.node.slots() < kNodeSlotsMin) {
    return DataLoss("tree: a node other than the root is less than half full");
  }
  if (here.node.leaf()) {
    ++shape.leaves;
    shape.entries += here.node.entries.size();
  } else {
    ++shape.branches;
  }
  return {};
}

}  // namespace

StatusOr<TreeShape> CheckTree(Draft& view) {
  auto opened = OpenTree(view);
  if (!opened.has_value()) return TroubleOf(view);
  TreeShape shape;
  shape.height = opened->nodes.front().node.height;
  std::set<BlockId> seen;
  std::vector<PathNode> open = std::move(opened->nodes);
  RETURN_IF_ERROR(Count(open.back(), true, shape));
  seen.insert(open.back().id);
  while (!open.empty()) {
    PathNode& here = open.back();
    if (here.node.leaf() || here.slot == here.node.children.size()) {
      open.pop_back();
      continue;
    }
    // Heights fall by one with every link, so all leaves are equally deep.
    auto child = ChildOf(view, here.id, here.node, here.slot);
    if (!child.has_value()) return TroubleOf(view);
    PathNode next{.id = here.node.children[here.slot], .node = std::move(*child)};
    ++here.slot;
    if (!seen.insert(next.id).second) return DataLoss("tree: a node is reached twice");
    RETURN_IF_ERROR(Count(next, false, shape));
    open.push_back(std::move(next));
  }
  return shape;
}

}  // namespace core
