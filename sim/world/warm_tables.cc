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

size_t WarmTables::LowerBound(uint64_t prefix) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), prefix,
                                   [](const Member& m, uint64_t p) { return m.prefix < p; });
  return static_cast<size_t>(at - members_.begin());
}

void WarmTables::ContactsFor(core::PeerId peer, std::vector<core::PeerId>& contacts) const {
  contacts.clear();
  const uint64_t own = core::WordOf(directory_.NodeIdOf(peer), 0);
  for (int bucket = 0; bucket < 64; ++bucket) {
    const uint64_t bit = uint64_t{1} << (63 - bucket);
    const uint64_t low = (own ^ bit) & ~(bit - 1);
    const uint64_t high = low + (bit - 1);
    const size_t first = LowerBound(low);
    const size_t last = high == ~uint64_t{0} ? members_.size() : LowerBound(high + 1);
    SampleRange(peer, first, last, contacts);
    const uint64_t shared_low = own & ~(bit - 1);
    const size_t near_first = LowerBound(shared_low);
    const bool alone = near_first + 1 >= members_.size() ||
                       ((members_[near_first + 1].prefix ^ own) & ~(bit - 1)) != 0;
    if (alone) break;
  }
}

void WarmTables::SampleRange(core::PeerId peer, size_t first, size_t last,
                             std::vector<core::PeerId>& contacts) const {
  const uint64_t size = last - first;
  const uint64_t picks = std::min(size, bucket_size_);
  for (uint64_t i = 0; i < picks; ++i) {
    const uint64_t low = i * size / picks;
    const uint64_t high = (i + 1) * size / picks;
    const uint64_t draw = core::Mix64(seed_, peer.value, first + i);
    const core::PeerId contact = members_[first + low + core::Reduce(draw, high - low)].peer;
    if (contact != peer) contacts.push_back(contact);
  }
}

}  // namespace sim
