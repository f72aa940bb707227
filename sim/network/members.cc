#include "sim/network/members.h"

namespace sim {

Members::Members(const PeerSet& set) {
  constexpr size_t kScannedMax = 4;
  if (set.ranges.size() <= kScannedMax) {
    for (const auto& range : set.ranges) {
      if (range.first < range.second) ranges_.push_back(range);
    }
    return;
  }
  bitmap_.resize(size_t{set.ranges.back().second} / 64 + 1);
  for (const auto& [first, end] : set.ranges) {
    for (uint32_t peer = first; peer < end; ++peer) bitmap_[peer / 64] |= uint64_t{1} << peer % 64;
  }
}

}  // namespace sim
