#include "sim/observe/id_index.h"

#include <algorithm>
#include <tuple>

namespace sim {

IdIndex::IdIndex(const core::Directory& directory, uint32_t peers) {
  entries_.reserve(peers);
  for (uint32_t peer = 0; peer < peers; ++peer) {
    entries_.push_back({directory.NodeIdOf({peer}), {peer}});
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.id, a.peer) < std::tie(b.id, b.peer);
  });
}

void IdIndex::Split(const Range& range, const core::Key256& target,
                    std::vector<Range>& open) const {
  // Jump over the bits on which the whole range agrees.
  const int bit = core::CommonPrefix(entries_[range.begin].id, entries_[range.end - 1].id);
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(range.begin);
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(range.end);
  if (bit >= core::Key256::kBits) {  // Equal ids: any order is nearest first.
    open.push_back({range.begin + 1, range.end});
    open.push_back({range.begin, range.begin + 1});
    return;
  }
  const auto middle =
      std::partition_point(begin, end, [bit](const Entry& entry) { return !entry.id.Bit(bit); });
  const auto at = static_cast<size_t>(middle - entries_.begin());
  const Range zeros{range.begin, at};
  const Range ones{at, range.end};
  open.push_back(target.Bit(bit) ? zeros : ones);
  open.push_back(target.Bit(bit) ? ones : zeros);
}

}  // namespace sim
