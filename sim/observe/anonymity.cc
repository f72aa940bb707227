#include "sim/observe/anonymity.h"

#include <algorithm>

#include "core/base/hash.h"

namespace sim {

void ListClasses::Split(std::span<const size_t> held) {
  ++lists_;
  for (const size_t place : held) marks_[place] = core::Mix64(marks_[place], lists_);
}

std::vector<size_t> PlacesOf(std::span<const core::Key256> some,
                             std::span<const core::Key256> all) {
  std::vector<size_t> places;
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::find(some.begin(), some.end(), all[i]) != some.end()) places.push_back(i);
  }
  return places;
}

std::vector<uint32_t> ListClasses::Sizes() const {
  std::vector<uint32_t> sizes;
  for (const uint64_t mark : marks_) {
    sizes.push_back(static_cast<uint32_t>(std::count(marks_.begin(), marks_.end(), mark)));
  }
  return sizes;
}

}  // namespace sim
