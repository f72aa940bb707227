// Progress and Countdown: one line that is rewritten on a terminal; nothing where nobody watches.
//
// The only readers of the wall clock in the simulator: what they print never enters a result.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

#include "core/base/time.h"
#include "sim/engine/event.h"

namespace sim {

class Progress {
 public:
  // Prints to `out` when `visible`.
  Progress(std::ostream& out, bool visible, core::Duration duration);

  // Rewrites the line at most a few times per second.
  void Show(WorldTime now, uint64_t events, uint64_t deliveries);
  // Removes the line.
  void Clear();

  [[nodiscard]] double WallSeconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& out_;
  bool visible_;
  bool shown_ = false;
  core::Duration duration_;
  Clock::time_point started_;
  Clock::time_point last_;
};

// Of a sweep: how many of its runs are over, and when the last one may be.
class Countdown {
 public:
  // Prints to `out` when `visible`.
  Countdown(std::ostream& out, bool visible, uint64_t total);

  void Show(uint64_t done, uint64_t failed);
  // Removes the line.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& out_;
  bool visible_;
  uint64_t total_;
  Clock::time_point started_;
};

}  // namespace sim
