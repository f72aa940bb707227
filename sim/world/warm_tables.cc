#include "sim/world/warm_tables.h"

#include <algorithm>

#include "core/base/hash.h"
#include "core/base/random.h"

namespace sim {

WarmTables::WarmTables(const WorldDirectory& directory, const std::vector<core::PeerId>& members,
                       uint64_t seed, int bucket_size)
    : directory_(directory), seed_(seed), bucket_size_(static_cast<uint64_t>(bucket_size)) {
  members_.reserve(members.size());
  for (const core::PeerId peer : members) {
    members_.push_back({core::WordOf(directory.NodeIdOf(peer), 0), peer});
  }
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : a.peer < b.peer;
  });
}

size_t WarmTables::LowerBound(Range range, uint64_t prefix) const {
  const auto begin = members_.begin();
  const auto at = std::lower_bound(begin + static_cast<std::ptrdiff_t>(range.first),
                                   begin + static_cast<std::ptrdiff_t>(range.last), prefix,
                                   [](const Member& m, uint64_t p) { return m.prefix < p; });
  return static_cast<size_t>(at - begin);
}

void WarmTables::ContactsFor(core::PeerId peer, std::vector<core::PeerId>& contacts) const {
  contacts.clear();
  const uint64_t own = core::WordOf(directory_.NodeIdOf(peer), 0);
  Range near{0, members_.size()};  // Members that share all bits above `bit` with the peer.
  for (uint64_t bit = uint64_t{1} << 63; bit != 0; bit >>= 1) {
    const size_t middle = LowerBound(near, (own | bit) & ~(bit - 1));
    const Range zeros{near.first, middle};
    const Range ones{middle, near.last};
    const bool one = (own & bit) != 0;
    Sample(peer, one ? zeros : ones, contacts);
    near = one ? ones : zeros;
    if (near.last - near.first <= 1) break;
  }
}

void WarmTables::Sample(core::PeerId peer, Range range, std::vector<core::PeerId>& contacts) const {
  const uint64_t size = range.last - range.first;
  const uint64_t picks = std::min(size, bucket_size_);
  for (uint64_t i = 0; i < picks; ++i) {
    const uint64_t low = i * size / picks;
    const uint64_t high = (i + 1) * size / picks;
    const uint64_t draw = core::Mix64(seed_, peer.value, range.first + i);
    const core::PeerId contact = members_[range.first + low + core::Reduce(draw, high - low)].peer;
    if (contact == peer) continue;
    // The table reads each id next, and at a million peers each is a cache miss.
    __builtin_prefetch(&directory_.NodeIdOf(contact));
    contacts.push_back(contact);
  }
}

}  // namespace sim
