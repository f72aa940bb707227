// Clocks: each peer's own time as a function of the world's: local = true + offset + drift * true +
// jumps (simulator.md, section 2; protocol document, 1.0).
//
// Invariants: (1) integers only; (2) local time never goes back between jumps; (3) WorldAt is the
// exact inverse: the first instant at which the local clock shows the asked time or more, so a
// wake-up is never early; (4) 16 bytes per peer once any clock is skewed, nothing before.
// Thread rule: Jump at window starts only, the rest from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

class Clocks {
 public:
  // A clock at half or one and a half times true speed; more is no clock.
  static constexpr uint32_t kDriftMaxPpm = 500'000;
  // No instant above is converted exactly: 2^61 us, 73,000 years.
  static constexpr int64_t kInstantMax = int64_t{1} << 61;

  [[nodiscard]] static core::Status Check(const Scenario& scenario);

  // Offsets and drifts drawn by (seed, peer). REQUIRES: Check is ok.
  Clocks(const Scenario& scenario, uint64_t seed);

  [[nodiscard]] core::Time LocalAt(core::PeerId peer, WorldTime at) const;

  // The earliest world time, 0 or later, at which LocalAt(peer, .) >= local; Never for Never.
  [[nodiscard]] WorldTime WorldAt(core::PeerId peer, core::Time local) const;

  // Moves the peer's clock, forward or back, from now on.
  void Jump(core::PeerId peer, Duration by);

  [[nodiscard]] bool IsSkewed() const { return !skews_.empty(); }

  [[nodiscard]] size_t MemoryUsage() const { return skews_.capacity() * sizeof(Skew); }

 private:
  struct Skew {
    int64_t offset_us = 0;  // Jumps included.
    int64_t drift_ppb = 0;
  };

  static_assert(sizeof(Skew) == 16);

  uint32_t peer_count_ = 0;
  std::vector<Skew> skews_;  // Empty: all clocks are true.
};

}  // namespace sim
