#include "sim/engine/windows.h"

#include <algorithm>

namespace sim {

Windows::Windows(const WindowGrid& grid, const ShardMap& shards, ChunkStore* store)
    : grid_(grid),
      shards_(shards),
      chunk_mask_(store->chunk_bytes() - 1),
      per_chunk_(static_cast<uint32_t>((store->chunk_bytes() - sizeof(void*) - 4) / sizeof(Event))),
      levels_(1),
      pool_(store) {
  first_offset_ = static_cast<uint32_t>(store->chunk_bytes() - per_chunk_ * sizeof(Event));
  const int64_t longest = int64_t{1} << 32;
  while (levels_ < kLevels && grid.length() << (kSlotBits * levels_) <= longest) ++levels_;
  buckets_.resize(static_cast<size_t>(levels_) * kSlots * shards.count());
}

void Windows::Open(uint64_t window) {
  window_ = window;
  start_ = grid_.StartOf(window);
  near_limit_ = static_cast<uint64_t>(
      std::min(static_cast<int64_t>(kSlots) * grid_.length(), grid_.end() - start_));
}

uint32_t Windows::CountAt(const Place& place) const {
  if (place.level >= levels_) return 0;
  Event* end = buckets_[IndexOf(place)];
  if (end == nullptr) return 0;
  ChunkHeader* chunk = ChunkOf(end);
  return chunk->events_before + static_cast<uint32_t>(end - FirstOf(chunk));
}

Event* Windows::Grow(size_t index) {
  Event* end = buckets_[index];
  const size_t level_and_slot = index / shards_.count();
  ChunkHeader* chunk = pool_.Take();
  chunk->before = end == nullptr ? nullptr : ChunkOf(end);
  chunk->events_before = chunk->before == nullptr ? 0 : chunk->before->events_before + per_chunk_;
  occupied_[level_and_slot / kSlots] |= uint64_t{1} << (level_and_slot % kSlots);
  return FirstOf(chunk);
}

void Windows::AddFar(int64_t at, core::PeerId to, core::PeerId from, uint32_t sequence,
                     uint32_t payload) {
  const Event event{static_cast<uint32_t>(at), to, from, sequence, payload};
  if (at >= grid_.end()) return;
  const uint64_t target = grid_.WindowAt(at);
  for (int level = 0; level < levels_; ++level) {
    const uint64_t slot = target >> (kSlotBits * level);
    if (slot - (window_ >> (kSlotBits * level)) < kSlots) {
      *Reserve(level, slot, to) = event;
      return;
    }
  }
  beyond_.push_back({at, event});
  std::push_heap(beyond_.begin(), beyond_.end(),
                 [](const Far& a, const Far& b) { return a.at > b.at; });
}

void Windows::BringNear() {
  const int top = kSlotBits * (levels_ - 1);
  while (!beyond_.empty() &&
         (grid_.WindowAt(beyond_.front().at) >> top) - (window_ >> top) < kSlots) {
    std::pop_heap(beyond_.begin(), beyond_.end(),
                  [](const Far& a, const Far& b) { return a.at > b.at; });
    const Far far = beyond_.back();
    beyond_.pop_back();
    const Event& event = far.event;
    Add(far.at, event.to, event.from, event.sequence, event.payload);
  }
}

size_t Windows::MemoryUsage() const {
  // NOLINTNEXTLINE(bugprone-sizeof-expression): a bucket is a pointer.
  return sizeof(*this) + buckets_.capacity() * sizeof(Event*) + beyond_.capacity() * sizeof(Far);
}

}  // namespace sim
