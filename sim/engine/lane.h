// Lane: what one thread of the engine owns: the events it posted, its sort scratch, its counters.
//
// Aligned to 128 bytes: false sharing would cost most of the gain of a second thread
// (performance.md, section 8). Thread rule: Open between barriers, the rest by the owner; Collect
// also empties other lanes' buckets of the shard that it is given, which no one else touches in
// that window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "sim/engine/batch.h"
#include "sim/engine/chunk_pool.h"
#include "sim/engine/event.h"
#include "sim/engine/local_heap.h"
#include "sim/engine/shard_map.h"
#include "sim/engine/statistics.h"
#include "sim/engine/window_grid.h"
#include "sim/engine/windows.h"

namespace sim {

// A peer whose time no longer advances (determinism_hazards.md, 22).
struct Livelock {
  int64_t at = WindowGrid::kLatest + 1;
  core::PeerId peer = core::kNoPeer;

  friend constexpr auto operator<=>(const Livelock&, const Livelock&) = default;
};

// A coarse slot whose first window is open.
struct EnteredSlot {
  int level;
  uint64_t slot;
};

class alignas(128) Lane {
 public:
  Lane(const WindowGrid& grid, const ShardMap& shards, ChunkStore* store)
      : grid_(grid), shards_(shards), windows_(grid, shards, store) {}

  void Open(uint64_t window);

  // Brings the shard's far events near and puts those of the open window, whoever posted them, in
  // order into batch().
  void Collect(std::span<const std::unique_ptr<Lane>> lanes, std::span<const EnteredSlot> entered,
               uint32_t shard);

  // The engine's hot loop works on these directly.
  [[nodiscard]] const WindowGrid& grid() const { return grid_; }

  [[nodiscard]] const ShardMap& shards() const { return shards_; }

  [[nodiscard]] Windows& windows() { return windows_; }

  [[nodiscard]] Batch& batch() { return batch_; }

  [[nodiscard]] const Batch& batch() const { return batch_; }

  [[nodiscard]] LocalHeap& local() { return local_; }

  [[nodiscard]] Statistics& statistics() { return statistics_; }

  [[nodiscard]] Livelock& livelock() { return livelock_; }

  [[nodiscard]] int64_t start() const { return start_; }

  [[nodiscard]] int64_t end() const { return end_; }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  void BringNear(Lane& filled, const Windows::Place& place);

  WindowGrid grid_;
  ShardMap shards_;
  uint64_t window_ = 0;
  int64_t start_ = 0;
  int64_t end_ = 0;
  Windows windows_;
  Batch batch_;
  LocalHeap local_;
  Statistics statistics_;
  Livelock livelock_;
};

}  // namespace sim
