// IdIndex: the peers of a world sorted by node id, to find the true nearest to a target without
// looking at everybody.
//
// A sorted array of ids is a binary trie: the ids below a bit's two values are two neighbouring
// ranges, and the one that agrees with the target holds only nearer ids. Visiting ranges in that
// order yields peers nearest first. Invariant: ids of a world never change. Thread rule: const
// calls from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/directory.h"

namespace sim {

class IdIndex {
 public:
  // Handles 0 .. peers - 1 of the directory.
  IdIndex(const core::Directory& directory, uint32_t peers);

  // The peer nearest to target that `accepts`; kNoPeer when none does. Asks nearest first.
  template <typename Accepts>
  [[nodiscard]] core::PeerId Nearest(const core::Key256& target, Accepts&& accepts) const {
    std::vector<Range> open{{0, entries_.size()}};
    while (!open.empty()) {
      const Range range = open.back();
      open.pop_back();
      if (range.end - range.begin == 1) {
        if (accepts(entries_[range.begin].peer)) return entries_[range.begin].peer;
      } else if (range.begin < range.end) {
        Split(range, target, open);
      }
    }
    return core::kNoPeer;
  }

 private:
  struct Entry {
    core::NodeId id;
    core::PeerId peer;
  };

  struct Range {
    size_t begin = 0;
    size_t end = 0;
  };

  // Pushes the two halves, the nearer one last.
  void Split(const Range& range, const core::Key256& target, std::vector<Range>& open) const;

  std::vector<Entry> entries_;
};

}  // namespace sim
