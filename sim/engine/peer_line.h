// PeerLine: what the engine keeps of one peer, 32 bytes, touched by each of its events.
//
// The wake-up. A peer has one wake-up time, `armed`. Moving it later leaves the queued entry where
// it is: when that comes up it is queued again at the new time, silently. So a peer that moves its
// deadline with every message does not fill the queue. `near` and `far` are the earliest queued
// entry and one later entry that are known; anything else in the queue is a duplicate and dropped
// when it comes up.
//
// Invariant: armed is Never, or near is queued and near <= armed.
#pragma once

#include <array>
#include <cstdint>

namespace sim {

// Of a wake-up, so that the total order covers wake-ups too: from == to and this sequence.
inline constexpr uint32_t kWakeSequence = 0xffffffffu;

class PeerLine {
 public:
  static constexpr int64_t kNever = (int64_t{1} << 48) - 1;

  uint64_t chain = 0;     // Digest of everything delivered, in order.
  uint32_t sequence = 0;  // Of the peer's next event.

  [[nodiscard]] int64_t armed() const { return Load(kArmed); }

  // Returns true when an entry must be queued at `at`. REQUIRES: at is not in the past, or kNever.
  [[nodiscard]] bool Arm(int64_t at) {
    Save(kArmed, at);
    return at != kNever && NeedsEntry(at);
  }

  enum class Due { kDrop, kQueueAgain, kWake };

  // An entry of the queue came up at `now`. kQueueAgain: queue one at armed().
  [[nodiscard]] Due TakeEntry(int64_t now) {
    if (Load(kNear) != now) return Due::kDrop;
    Save(kNear, Load(kFar));
    Save(kFar, kNever);
    const int64_t at = armed();
    if (at == now) {
      Save(kArmed, kNever);
      return Due::kWake;
    }
    return at != kNever && NeedsEntry(at) ? Due::kQueueAgain : Due::kDrop;
  }

 private:
  enum Field { kArmed, kNear, kFar };

  // Keeps the latest of the two older entries: a long timer would otherwise be queued once more
  // whenever a short one goes off.
  [[nodiscard]] bool NeedsEntry(int64_t at) {
    const int64_t near = Load(kNear);
    if (near <= at) return false;
    if (Load(kFar) == kNever) Save(kFar, near);
    Save(kNear, at);
    return true;
  }

  [[nodiscard]] int64_t Load(Field field) const {
    return static_cast<int64_t>(uint64_t{high_[field]} << 32 | low_[field]);
  }

  void Save(Field field, int64_t at) {
    low_[field] = static_cast<uint32_t>(at);
    high_[field] = static_cast<uint16_t>(at >> 32);
  }

  std::array<uint32_t, 3> low_{0xffffffffu, 0xffffffffu, 0xffffffffu};
  std::array<uint16_t, 3> high_{0xffffu, 0xffffu, 0xffffu};
};

static_assert(sizeof(PeerLine) == 32);

}  // namespace sim
