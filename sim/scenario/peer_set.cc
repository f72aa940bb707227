#include "sim/scenario/peer_set.h"

#include <algorithm>

#include "core/base/check.h"

namespace sim {

bool PeerSet::Contains(core::PeerId peer) const {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), peer.value,
                       [](uint32_t value, const std::pair<uint32_t, uint32_t>& range) {
                         return value < range.first;
                       });
  return after != ranges.begin() && peer.value < std::prev(after)->second;
}

uint32_t PeerSet::Count() const {
  uint32_t count = 0;
  for (const auto& [from, to] : ranges) count += to - from;
  return count;
}

core::PeerId PeerSet::At(uint32_t index) const {
  for (const auto& [from, to] : ranges) {
    if (index < to - from) return {from + index};
    index -= to - from;
  }
  CHECK(false && "index is not below Count()");
  return core::kNoPeer;
}

PeerSet RangeOf(uint32_t from, uint32_t to) {
  PeerSet set;
  if (from < to) set.ranges.emplace_back(from, to);
  return set;
}

PeerSet Union(const PeerSet& a, const PeerSet& b) {
  auto all = a.ranges;
  all.insert(all.end(), b.ranges.begin(), b.ranges.end());
  std::sort(all.begin(), all.end());
  PeerSet joined;
  for (const auto& range : all) {
    if (!joined.ranges.empty() && range.first <= joined.ranges.back().second) {
      joined.ranges.back().second = std::max(joined.ranges.back().second, range.second);
    } else {
      joined.ranges.push_back(range);
    }
  }
  return joined;
}

PeerSet Minus(const PeerSet& a, const PeerSet& b) {
  PeerSet rest;
  size_t next = 0;
  for (auto [from, to] : a.ranges) {
    while (next < b.ranges.size() && b.ranges[next].second <= from) ++next;
    // A range of b may reach into the following range of a, so `next` stays on the last one used.
    for (size_t i = next; i < b.ranges.size() && b.ranges[i].first < to; ++i) {
      if (from < b.ranges[i].first) rest.ranges.emplace_back(from, b.ranges[i].first);
      from = std::max(from, b.ranges[i].second);
    }
    if (from < to) rest.ranges.emplace_back(from, to);
  }
  return rest;
}

PeerSet Slice(const PeerSet& set, uint32_t from, uint32_t to) {
  CHECK(from <= to && to <= set.Count());
  PeerSet part;
  uint32_t passed = 0;
  for (const auto& [low, high] : set.ranges) {
    const uint32_t size = high - low;
    const uint32_t begin = std::max(from, passed);
    const uint32_t end = std::min(to, passed + size);
    if (begin < end) part.ranges.emplace_back(low + (begin - passed), low + (end - passed));
    passed += size;
  }
  return part;
}

std::string ToText(const PeerSet& set) {
  std::string text;
  for (const auto& [from, to] : set.ranges) {
    if (!text.empty()) text += " + ";
    text += "peers[" + std::to_string(from) + ".." + std::to_string(to) + "]";
  }
  return text;
}

}  // namespace sim
