// Time in integer microseconds, as strong types.
//
// Invariants: (1) an instant of one clock never mixes with an instant of another: the peer's own
// clock (core::Time) and the simulator's world clock (sim::WorldTime) are different types, so skew
// cannot be forgotten; (2) no floating point; (3) arithmetic saturates nowhere: callers keep
// durations below 2^62 us (146,000 years). Implements docs/architecture.md section 3 ("time in core
// is integer microseconds of the peer's own clock").
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace core {

// A span of time in microseconds; may be negative (a clock offset).
struct Duration {
  int64_t us = 0;

  friend constexpr auto operator<=>(Duration, Duration) = default;

  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }

  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }

  friend constexpr Duration operator*(Duration a, int64_t n) { return {a.us * n}; }

  friend constexpr Duration operator/(Duration a, int64_t n) { return {a.us / n}; }
};

constexpr Duration Microseconds(int64_t n) {
  return {n};
}

constexpr Duration Milliseconds(int64_t n) {
  return {n * 1000};
}

constexpr Duration Seconds(int64_t n) {
  return {n * 1'000'000};
}

constexpr Duration Minutes(int64_t n) {
  return {n * 60'000'000};
}

// An instant of the clock named by Tag.
template <typename Tag>
struct Instant {
  int64_t us = 0;

  // Later than every instant that a run reaches: "no deadline".
  static constexpr Instant Never() { return {std::numeric_limits<int64_t>::max()}; }

  friend constexpr auto operator<=>(Instant, Instant) = default;

  friend constexpr Instant operator+(Instant t, Duration d) { return {t.us + d.us}; }

  friend constexpr Instant operator-(Instant t, Duration d) { return {t.us - d.us}; }

  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
};

// The peer's own clock. Protocol code knows no other.
using Time = Instant<struct PeerClockTag>;

}  // namespace core
