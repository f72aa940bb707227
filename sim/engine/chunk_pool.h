// Memory of pending events: chunks of one size, a power of two, each aligned to its size.
//
// A chunk starts with a header (the chunk before it in its bucket, the events that those before it
// hold) and ends exactly where its last event ends, so that an append position alone tells whether
// its chunk is full, and a bucket is one pointer.
//
// ChunkStore owns the slabs and exchanges batches of free chunks under a lock; a ChunkPool belongs
// to one thread and goes to the store once per kBatch chunks, so that a thread which mostly sends
// and one which mostly receives share the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "sim/engine/event.h"

namespace sim {

struct ChunkHeader {
  ChunkHeader* before = nullptr;
  uint32_t events_before = 0;
};

class ChunkStore {
 public:
  static constexpr int kBatch = 64;

  // REQUIRES: chunk_bytes is a power of two, 64..4096.
  explicit ChunkStore(size_t chunk_bytes);
  ChunkStore(const ChunkStore&) = delete;
  ChunkStore& operator=(const ChunkStore&) = delete;

  [[nodiscard]] size_t chunk_bytes() const { return chunk_bytes_; }

  // A list of kBatch free chunks, linked by `before`.
  [[nodiscard]] ChunkHeader* TakeBatch();
  void GiveBatch(ChunkHeader* head);

  [[nodiscard]] size_t MemoryUsage() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  void AddSlab();

  const size_t chunk_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<void, Free>> slabs_;
  std::vector<ChunkHeader*> batches_;
  size_t bytes_ = 0;
};

class ChunkPool {
 public:
  explicit ChunkPool(ChunkStore* store) : store_(store) {}

  [[nodiscard]] ChunkHeader* Take() {
    if (free_ == nullptr) {
      free_ = store_->TakeBatch();
      count_ = ChunkStore::kBatch;
    }
    ChunkHeader* chunk = free_;
    free_ = chunk->before;
    __builtin_prefetch(free_, 1);
    --count_;
    return chunk;
  }

  void Give(ChunkHeader* chunk) {
    chunk->before = free_;
    free_ = chunk;
    if (++count_ >= 2 * ChunkStore::kBatch) Spill();
  }

 private:
  void Spill();

  ChunkStore* store_;
  ChunkHeader* free_ = nullptr;
  int count_ = 0;
};

}  // namespace sim
