// Progress and Countdown: one line that is rewritten on a terminal; nothing where nobody watches.
//
// With Dashboard, which shares their reckoning, the only readers of the wall clock in the simulator: what they print never enters a result.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

#include "sim/workflow/console.h"
#include "sim/workflow/session.h"

namespace sim {

// Of its simulated time, how much is over: 0 to 1. REQUIRES: the session is open.
[[nodiscard]] double ShareDone(const Session& session);

// When as much more was done as a share of it took `seconds`; 0 when nothing is done yet.
[[nodiscard]] double SecondsToGo(double seconds, double share_done);

class Progress {
 public:
  // Prints to the console's errors, on a terminal. REQUIRES: the session outlives it.
  Progress(const Console& console, const Session& session);

  // Rewrites the line at most a few times per second. REQUIRES: the session is open.
  void Show();
  // Removes the line.
  void Clear();

  [[nodiscard]] double WallSeconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  const Console& console_;
  const Session& session_;
  bool shown_ = false;
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
