// Windows: the pending events that one thread has posted, in buckets by window and shard.
//
// Four wheels of 64 slots. A slot of level 0 is one window; of level n, 64^n windows. What is
// posted further ahead than a wheel reaches goes one level up, and comes down when its coarse slot
// is entered: once per level. What lies beyond the last wheel waits in a heap that knows full
// times.
//
// Invariants: (1) with w the open window, level 0 holds windows w..w+63, level n coarse slots
// (w >> 6n) + 1 .. (w >> 6n) + 63; (2) a coarse slot is at most 2^32 us long, so that it and the
// low 32 bits of a time give the time; (3) nothing at or after the end of the run is kept: it never
// happens.
// Thread rule: between two barriers only the owner adds, and never to the open window's slot of
// another shard than the one that it runs; a bucket of an entered slot is drained by the thread
// that runs its shard, whoever filled it. So nothing is locked. Open and the summaries are for
// window starts.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/chunk_pool.h"
#include "sim/engine/event.h"
#include "sim/engine/inline.h"
#include "sim/engine/shard_map.h"
#include "sim/engine/window_grid.h"

namespace sim {

class alignas(128) Windows {
 public:
  static constexpr int kLevels = 4;
  static constexpr int kSlotBits = 6;
  static constexpr uint64_t kSlots = 64;

  struct Place {
    int level;
    uint64_t slot;  // Not reduced: window >> (6 * level).
    uint32_t shard;
  };

  Windows(const WindowGrid& grid, const ShardMap& shards, ChunkStore* store);

  void Open(uint64_t window);

  // REQUIRES: at lies in the open window or later.
  // Takes members, not an Event: one that is built on the stack would be read back in wider words
  // than it was written in, which stalls each append.
  ORB_ALWAYS_INLINE void Add(int64_t at, core::PeerId to, core::PeerId from, uint32_t sequence,
                             uint32_t payload) {
    const uint64_t ahead = static_cast<uint64_t>(at - start_);
    if (ahead >= near_limit_) [[unlikely]]
      return AddFar(at, to, from, sequence, payload);
    Event* const next = Reserve(0, window_ + grid_.StepsIn(ahead), to);
    next->time_low = static_cast<uint32_t>(at);
    next->to = to;
    next->from = from;
    next->sequence = sequence;
    next->payload = payload;
  }

  // Calls visit(span of events) for each chunk of the bucket and empties it into `pool`.
  template <typename Visit>
  void Drain(const Place& place, ChunkPool& pool, Visit&& visit) {
    Event*& end = buckets_[IndexOf(place)];
    if (end == nullptr) return;
    const Event* last = end;
    ChunkHeader* chunk = ChunkOf(end);
    end = nullptr;
    while (chunk != nullptr) {
      ChunkHeader* before = chunk->before;
      if (before != nullptr) PrefetchChunk(before);
      const Event* first = FirstOf(chunk);
      visit(std::span<const Event>(first, last));
      pool.Give(chunk);
      chunk = before;
      if (chunk != nullptr) last = FirstOf(chunk) + per_chunk_;
    }
  }

  [[nodiscard]] uint32_t CountAt(const Place& place) const;

  // Bit i: slot i of the level has events.
  [[nodiscard]] uint64_t Occupied(int level) const { return occupied_[static_cast<size_t>(level)]; }

  // Clears the slot's bit and returns what it was; the caller sees to it that the slot is drained.
  bool TakeMark(int level, uint64_t slot) {
    uint64_t& marks = occupied_[static_cast<size_t>(level)];
    const uint64_t bit = uint64_t{1} << (slot % kSlots);
    const bool marked = (marks & bit) != 0;
    marks &= ~bit;
    return marked;
  }

  // The full time of an event of a coarse slot.
  [[nodiscard]] int64_t TimeIn(int level, uint64_t slot, const Event& event) const {
    const int64_t start = grid_.StartOf(slot << (kSlotBits * level));
    return start + static_cast<uint32_t>(event.time_low - static_cast<uint32_t>(start));
  }

  // The earliest instant beyond all wheels, or WindowGrid::kLatest + 1.
  [[nodiscard]] int64_t EarliestBeyond() const {
    return beyond_.empty() ? WindowGrid::kLatest + 1 : beyond_.front().at;
  }

  // Moves what the wheels now reach into them.
  void BringNear();

  [[nodiscard]] ChunkPool& pool() { return pool_; }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  struct Far {
    int64_t at;
    Event event;
  };

  [[nodiscard]] size_t IndexOf(const Place& place) const {
    return (static_cast<size_t>(place.level) * kSlots + place.slot % kSlots) * shards_.count() +
           place.shard;
  }

  [[nodiscard]] ChunkHeader* ChunkOf(Event* end) const {
    char* last = reinterpret_cast<char*>(end) - 1;
    return reinterpret_cast<ChunkHeader*>(last - (reinterpret_cast<uintptr_t>(last) & chunk_mask_));
  }

  [[nodiscard]] Event* FirstOf(ChunkHeader* chunk) const {
    return reinterpret_cast<Event*>(reinterpret_cast<std::byte*>(chunk) + first_offset_);
  }

  ORB_ALWAYS_INLINE void PrefetchChunk(const ChunkHeader* chunk) const {
    const auto* line = reinterpret_cast<const std::byte*>(chunk);
    for (uintptr_t i = 0; i <= chunk_mask_; i += 64) __builtin_prefetch(line + i);
  }

  ORB_ALWAYS_INLINE Event* Reserve(int level, uint64_t slot, core::PeerId to) {
    const size_t index = IndexOf({level, slot, shards_.ShardOf(to)});
    Event*& end = buckets_[index];
    // A bucket that is empty and one whose last chunk is full both end on a chunk's border.
    if ((reinterpret_cast<uintptr_t>(end) & chunk_mask_) == 0) [[unlikely]]
      end = Grow(index);
    // The line that this bucket fills next, or the chunk's end, has long left the cache.
    __builtin_prefetch(end + 6, 1);
    return end++;
  }

  ORB_NO_INLINE Event* Grow(size_t index);
  ORB_NO_INLINE void AddFar(int64_t at, core::PeerId to, core::PeerId from, uint32_t sequence,
                            uint32_t payload);

  WindowGrid grid_;
  ShardMap shards_;
  uint64_t window_ = 0;
  int64_t start_ = 0;
  uint64_t near_limit_ = 0;  // What is nearer goes to level 0 and happens before the end.
  uintptr_t chunk_mask_;
  uint32_t first_offset_;
  uint32_t per_chunk_;
  int levels_;
  std::array<uint64_t, kLevels> occupied_{};
  std::vector<Event*> buckets_;  // By level, slot, shard: where the next event goes.
  std::vector<Far> beyond_;      // A heap, earliest first.
  ChunkPool pool_;
};

}  // namespace sim
