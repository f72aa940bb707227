// FramePool: the bytes of frames in flight. A message for many peers is encoded once; its events
// share one slot.
//
// Invariants: (1) a slot lives until each of its references was released; (2) bytes are written
// before the first event that names the slot is posted and never change after; (3) handles are
// dense 32-bit numbers, stable for the slot's life. Slots come in size classes, so one large answer
// does not make every frame large. Each lane recycles through its own free lists without locks.
// A lane that releases more than it takes gives its surplus back, a batch at a time, to lanes that
// run short: only batches lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/base/ids.h"

namespace sim {

class FramePool {
 public:
  static constexpr int kClasses = 8;

  struct Frame {
    std::atomic<uint32_t> references;
    uint32_t length;
    core::PeerId from;  // Whose message it is, also when a deferred arrival is posted by the
                        // receiver itself.
    uint32_t next_free;
    uint64_t digest;  // Over the bytes; goes into the fingerprint of every delivery.
    uint8_t type;     // Index of the message body, for the counters.

    [[nodiscard]] std::span<uint8_t> bytes() {
      return {reinterpret_cast<uint8_t*>(this) + kHeaderBytes, length};
    }
  };

  static constexpr size_t kHeaderBytes = 32;
  static_assert(sizeof(Frame) == kHeaderBytes);

  // One per thread. Frames may be released by another lane than the one that took them.
  class Lane {
   public:
    explicit Lane(FramePool& pool) : pool_(pool) { free_.fill(kNone); }

    // A slot for `length` bytes with `references` owners. REQUIRES: length <= the control frame
    // limit, references > 0.
    [[nodiscard]] uint32_t Take(size_t length, uint32_t references);
    void Release(uint32_t handle);

   private:
    void Refill(int size_class);
    void GiveBack(int size_class);

    FramePool& pool_;
    std::array<uint32_t, kClasses> free_{};
    std::array<uint32_t, kClasses> count_{};  // Of free slots.
  };

  FramePool();

  [[nodiscard]] Frame& At(uint32_t handle) const {
    const auto size_class = static_cast<int>(handle >> kIndexBits);
    const uint32_t index = handle & kIndexMask;
    const SizeClass& c = classes_[static_cast<size_t>(size_class)];
    std::byte* chunk = c.chunks[index >> c.slots_log2];
    return *reinterpret_cast<Frame*>(chunk +
                                     (index & ((1u << c.slots_log2) - 1)) * SlotBytes(size_class));
  }

  [[nodiscard]] size_t MemoryUsage() const;

  static constexpr size_t SlotBytes(int size_class) { return kSmallestSlot << (2 * size_class); }

 private:
  static constexpr uint32_t kNone = 0xffffffffu;
  static constexpr int kIndexBits = 29;
  static constexpr uint32_t kIndexMask = (1u << kIndexBits) - 1;
  static constexpr size_t kSmallestSlot = 384;  // A published record with its header fits.

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  struct SizeClass {
    uint32_t slots_log2 = 0;  // Slots per chunk and per batch.
    uint32_t chunk_count = 0;
    std::unique_ptr<std::byte*[]> chunks;  // Fixed length, so that readers never see it move.
    std::vector<uint32_t> batches;         // Heads of lists of 2^slots_log2 free slots.
    std::vector<std::unique_ptr<std::byte, Free>> owned;
    std::byte* spare = nullptr;  // The rest of the newest block.
    uint32_t spare_chunks = 0;
  };

  // REQUIRES: the growth lock is held.
  std::byte* TakeChunk(SizeClass& c, size_t bytes);

  std::array<SizeClass, kClasses> classes_;
  // Adds a chunk and returns the head of its slots. REQUIRES: growth_ is held.
  uint32_t Grow(int size_class);

  std::mutex growth_;
};

}  // namespace sim
