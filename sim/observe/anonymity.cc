#include "sim/observe/anonymity.h"

#include <algorithm>

#include "core/base/hash.h"

namespace sim {

void ListClasses::Split(const std::vector<bool>& held) {
  ++lists_;
  for (size_t i = 0; i < marks_.size(); ++i) {
    if (held[i]) marks_[i] = core::Mix64(marks_[i], lists_);
  }
}

std::vector<uint32_t> ListClasses::Sizes() const {
  std::vector<uint32_t> sizes;
  for (const uint64_t mark : marks_) {
    sizes.push_back(static_cast<uint32_t>(std::count(marks_.begin(), marks_.end(), mark)));
  }
  return sizes;
}

}  // namespace sim
