// PeerClock: the core's Time of a real node. Records and requests carry wall milliseconds, so the core's time is the wall
// clock's, made fit for deadlines: it never runs back, whatever is done to the wall clock.
//
//   the wall clock            | the peer's clock
//   runs like the steady one  | is the wall clock
//   jumps forward             | follows at once
//   jumps back                | runs at half the steady clock's speed until the wall clock has caught up
//
// Half speed, not standing still: deadlines go on, and a step back of a minute is over after two. A step back beyond
// the clock tolerance of the protocols (15 s) still costs trust until then, because records look as if they came from
// the future; the log says so. Steps of less than kJump are ordinary corrections and not counted.
// Invariants: (1) At never returns less than before; (2) it is at least the wall time; (3) Delay(t) after At waits long
// enough for At to reach t, as long as the wall clock does not jump. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.h"
#include "node/base/clocks.h"

namespace node {

class PeerClock {
 public:
  static constexpr core::Duration kJump = core::Seconds(1);

  struct Jump {
    core::Duration by;     // Of the wall clock; below zero: back.
    core::Duration ahead;  // How far the peer's clock is now ahead of it.
  };

  explicit PeerClock(const Moment& start)
      : time_{start.wall.us}, steady_(start.steady), offset_{start.wall.us - start.steady.us} {}

  // REQUIRES: now.steady never runs back.
  core::Time At(const Moment& now);

  // The peer's clock as of the last At.
  [[nodiscard]] core::Time time() const { return time_; }

  // How long the steady clock runs from the last At until the peer's clock shows `deadline`; zero when it has passed.
  // REQUIRES: deadline is not Time::Never().
  [[nodiscard]] core::Duration Delay(core::Time deadline) const;

  // The jump that the last At has seen, once.
  [[nodiscard]] std::optional<Jump> TakeJump();

  [[nodiscard]] core::Duration ahead() const { return {time_.us - steady_.us - offset_.us}; }

  [[nodiscard]] uint64_t jumps_forward() const { return jumps_forward_; }

  [[nodiscard]] uint64_t jumps_back() const { return jumps_back_; }

 private:
  core::Time time_;
  core::Time steady_;
  core::Duration offset_;  // Of the wall clock to the steady one.
  std::optional<Jump> jump_;
  uint64_t jumps_forward_ = 0;
  uint64_t jumps_back_ = 0;
};

}  // namespace node
