#include "sim/engine/lane.h"

namespace sim {

void Lane::Open(uint64_t window) {
  window_ = window;
  start_ = grid_.StartOf(window);
  end_ = grid_.EndOf(window);
  windows_.Open(window);
}

void Lane::Collect(std::span<const std::unique_ptr<Lane>> lanes,
                   std::span<const EnteredSlot> entered, uint32_t shard) {
  // From the top down: what comes from a high wheel may belong to a slot entered on a lower one.
  for (const EnteredSlot& slot : entered) {
    for (const auto& lane : lanes) BringNear(*lane, {slot.level, slot.slot, shard});
  }
  const Windows::Place here{0, window_, shard};
  size_t count = 0;
  for (const auto& lane : lanes) count += lane->windows_.CountAt(here);
  batch_.Begin({count, shards_.bits(), grid_.OffsetBits(), start_});
  for (const auto& lane : lanes) {
    lane->windows_.Drain(here, windows_.pool(),
                         [this](std::span<const Event> events) { batch_.Add(events); });
  }
  batch_.Sort();
}

void Lane::BringNear(Lane& filled, const Windows::Place& place) {
  filled.windows_.Drain(place, windows_.pool(), [&](std::span<const Event> events) {
    statistics_.moved += events.size();
    for (const Event& event : events) {
      const int64_t at = windows_.TimeIn(place.level, place.slot, event);
      windows_.Add(at, event.to, event.from, event.sequence, event.payload);
    }
  });
}

size_t Lane::MemoryUsage() const {
  return sizeof(*this) + windows_.MemoryUsage() + batch_.MemoryUsage() + local_.MemoryUsage();
}

}  // namespace sim
