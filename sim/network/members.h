// Members: a PeerSet made quick to ask. Few ranges are scanned, many become a bitmap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "sim/scenario/scenario.h"

namespace sim {

class Members {
 public:
  Members() = default;
  explicit Members(const PeerSet& set);

  [[nodiscard]] bool empty() const { return ranges_.empty() && bitmap_.empty(); }

  [[nodiscard]] bool Contains(core::PeerId peer) const {
    for (const auto& [first, end] : ranges_) {
      if (peer.value - first < end - first) return true;
    }
    const size_t word = peer.value / 64;
    return word < bitmap_.size() && (bitmap_[word] >> (peer.value % 64) & 1) != 0;
  }

 private:
  std::vector<std::pair<uint32_t, uint32_t>> ranges_;  // Empty when the bitmap is used.
  std::vector<uint64_t> bitmap_;
};

}  // namespace sim
