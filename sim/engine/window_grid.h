// WindowGrid: the fixed grid [kL, (k+1)L) of the run, clipped at its end (architecture.md, section
// 5, rule 3).
//
// Invariants: (1) 1 us <= L <= kLongestLookahead, so that offsets inside a window take 20 bits; (2)
// every instant of the run is below 2^48 us (8.9 years), so that peer lines store instants in six
// bytes. Immutable: any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/base/check.h"
#include "core/base/time.h"
#include "sim/engine/event.h"
#include "sim/engine/inline.h"

namespace sim {

// A world whose links are all slower than this passes this.
inline constexpr core::Duration kLongestLookahead{1 << 20};

class WindowGrid {
 public:
  static constexpr int64_t kLatest = (int64_t{1} << 48) - 2;

  // REQUIRES: 0 < lookahead <= kLongestLookahead, 0 < end. An end beyond 8.9 years means 8.9 years.
  WindowGrid(core::Duration lookahead, WorldTime end)
      : length_(lookahead.us),
        end_(std::min(end.us, kLatest)),
        reciprocal_((uint64_t{1} << kReciprocalBits) / static_cast<uint64_t>(length_) + 1) {
    CHECK(lookahead.us > 0 && lookahead <= kLongestLookahead);
    CHECK(end.us > 0);
  }

  [[nodiscard]] int64_t length() const { return length_; }

  [[nodiscard]] int64_t end() const { return end_; }

  [[nodiscard]] uint64_t WindowAt(int64_t at) const {
    return static_cast<uint64_t>(at) / static_cast<uint64_t>(length_);
  }

  [[nodiscard]] int64_t StartOf(uint64_t window) const {
    return static_cast<int64_t>(window) * length_;
  }

  [[nodiscard]] int64_t EndOf(uint64_t window) const {
    return std::min(StartOf(window) + length_, end_);
  }

  // Bits that an offset inside a window needs.
  [[nodiscard]] int OffsetBits() const {
    return static_cast<int>(std::bit_width(static_cast<uint64_t>(length_ - 1)));
  }

  // ahead / length without a division. REQUIRES: ahead < 64 * length, for which it is exact: the
  // error ahead * length / 2^46 stays below one.
  [[nodiscard]] ORB_ALWAYS_INLINE uint64_t StepsIn(uint64_t ahead) const {
    return (ahead * reciprocal_) >> kReciprocalBits;
  }

 private:
  static constexpr int kReciprocalBits = 46;
  int64_t length_;
  int64_t end_;
  uint64_t reciprocal_;
};

}  // namespace sim
