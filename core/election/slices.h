// The tree by which all blocks of an election are counted and checked in parts: a slice is the blocks
// whose cids begin with some hex digits. A slice of more than kSliceBlocksMax blocks is parted by the
// next digit, into up to sixteen; slices without blocks are not in the tree. The tree follows from
// the set of cids alone, so everybody who has the blocks has the same one.
//
// Thread rule: pure function. Source: protocol document, 2.2 (vote hashing, tally tree).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

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

// Parents before children: the root comes first, and whoever goes backwards meets children before
// their parents. REQUIRES: the blocks ascend by cid, none twice.
[[nodiscard]] std::vector<Slice> SlicesOf(std::span<const CommittedBlock> blocks);

}  // namespace core
