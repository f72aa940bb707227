// Batch: the events of one shard in one window, sorted by peer, then time, so that a peer's events
// run back to back with its state in cache.
//
// An event becomes a 64-bit key (peer in the shard, offset in the window, index) and a 12-byte
// body. Two counting passes over about log2(count) leading bits of the key leave runs of one or two
// keys that an insertion pass finishes; where events crowd (one peer, one instant) it gives up and
// sorts by comparison. Keys of one peer and instant stay in any order until OrderTies.
// Scratch of one thread, reused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/event.h"
#include "sim/engine/inline.h"

namespace sim {

class Batch {
 public:
  static constexpr int kIndexBits = 28;

  struct Body {
    core::PeerId from;
    uint32_t sequence;
    uint32_t payload;
  };

  struct Shape {
    size_t count;     // Events to come.
    int peer_bits;    // Of a peer's place in its shard.
    int offset_bits;  // Of an offset in the window.
    int64_t start;    // Of the window.
  };

  void Begin(const Shape& shape);
  void Add(std::span<const Event> events);
  void Sort();

  [[nodiscard]] size_t size() const { return count_; }

  [[nodiscard]] ORB_ALWAYS_INLINE uint64_t Key(size_t i) const { return keys_[i]; }

  // Peer and offset in one number: equal for events of one peer and instant.
  [[nodiscard]] ORB_ALWAYS_INLINE uint64_t InstantOf(uint64_t key) const {
    return key >> kIndexBits;
  }

  [[nodiscard]] ORB_ALWAYS_INLINE uint32_t PlaceOf(uint64_t key) const {
    return static_cast<uint32_t>(key >> place_shift_);
  }

  [[nodiscard]] ORB_ALWAYS_INLINE int64_t OffsetOf(uint64_t key) const {
    return static_cast<int64_t>((key & offset_mask_) >> kIndexBits);
  }

  [[nodiscard]] ORB_ALWAYS_INLINE const Body& BodyOf(uint64_t key) const {
    return bodies_[key & kIndexMask];
  }

  // Puts the keys of one instant that start at `first` into seeded order; returns their end.
  ORB_NO_INLINE size_t OrderTies(size_t first, uint64_t seed);
  [[nodiscard]] size_t MemoryUsage() const;

 private:
  static constexpr uint64_t kIndexMask = (uint64_t{1} << kIndexBits) - 1;
  static constexpr size_t kDigitValues = 2048;

  struct Tied {
    uint64_t tie;
    core::PeerId from;
    uint32_t sequence;
    uint64_t key;
  };

  struct Digit {
    int shift = 0;
    uint64_t mask = 0;
  };

  void Scatter(const Digit& digit, uint32_t* histogram);
  void FinishByInsertion();

  size_t count_ = 0;
  uint32_t start_low_ = 0;
  int place_shift_ = 0;
  uint64_t offset_mask_ = 0;
  uint32_t place_mask_ = 0;
  int passes_ = 0;
  Digit low_;
  Digit high_;
  std::vector<uint64_t> keys_;
  std::vector<uint64_t> spare_;
  std::vector<Body> bodies_;
  std::vector<uint32_t> histograms_ = std::vector<uint32_t>(2 * kDigitValues);
  std::vector<Tied> tied_;
};

// architecture.md, section 5, rule 2.
[[nodiscard]] uint64_t TieOf(uint64_t seed, core::PeerId source, uint32_t sequence);

}  // namespace sim
