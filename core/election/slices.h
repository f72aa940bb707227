// The tree by which all blocks of an election are counted and checked in parts: a slice is the blocks
// whose cids begin with some hex digits. A slice of more than kSliceBlocksMax blocks is parted by the
// next digit, into up to sixteen; slices without blocks are not in the tree. The tree follows from
// the set of cids alone, so everybody who has the blocks has the same one.
//
// Thread rule: pure function. Source: protocol document, 2.2 (vote hashing, tally tree).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/election/records.h"

namespace core {

inline constexpr size_t kSliceBlocksMax = 16;

struct Slice {
  std::string prefix;  // Hex digits; the root has none.
  size_t first = 0;    // The blocks [first, last).
  size_t last = 0;
  std::vector<size_t> children;  // Positions in the list, ascending by prefix; a leaf has none.

  [[nodiscard]] bool leaf() const { return children.empty(); }
};

// From the root on, level by level, each ascending by prefix: whoever goes backwards meets children
// before their parents. With a prefix, the part of the tree below it, for who has these blocks alone.
// REQUIRES: the blocks ascend by cid, none twice, and begin with the prefix.
[[nodiscard]] std::vector<Slice> SlicesOf(std::span<const CommittedBlock> blocks,
                                          std::string prefix = {});

// Errors: no parts, or roots that are not slices of one slice that is parted, ascending.
// Node: has a prefix and a number of blocks.
template <typename Node>
[[nodiscard]] Status CheckParts(std::span<const std::vector<Node>> parts) {
  uint64_t blocks = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) return InvalidArgument("slices: a part without a root");
    const std::string& prefix = parts[i].front().prefix;
    const std::string& first = parts.front().front().prefix;
    if (prefix.empty() || prefix.size() != first.size() ||
        prefix.compare(0, prefix.size() - 1, first, 0, first.size() - 1) != 0 ||
        (i > 0 && prefix <= parts[i - 1].front().prefix)) {
      return InvalidArgument("slices: " + prefix + " is not the next part of the slice");
    }
    blocks += parts[i].front().blocks;
  }
  if (blocks > kSliceBlocksMax) return {};
  return InvalidArgument("slices: too few blocks for a slice that is parted");
}

// What was made of the parts of a tree, put together below their parent, in the order of SlicesOf.
// Node: has a prefix.
template <typename Node>
[[nodiscard]] std::vector<Node> JoinedSlices(Node parent,
                                             std::span<const std::vector<Node>> parts) {
  std::vector<Node> nodes;
  nodes.push_back(std::move(parent));
  for (const std::vector<Node>& part : parts) nodes.insert(nodes.end(), part.begin(), part.end());
  std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
    return a.prefix.size() != b.prefix.size() ? a.prefix.size() < b.prefix.size()
                                              : a.prefix < b.prefix;
  });
  return nodes;
}

}  // namespace core
