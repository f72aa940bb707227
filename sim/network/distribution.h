// Distribution -> Duration: quantile functions of 64 random bits, in integers (simulator.md,
// section 2).
//
// Invariants: (1) pure: equal arguments, equal results, on every machine; (2) never decreases with
// bits (kTrace aside) by more than rounding; (3) bounded: at most kDrawMax, whatever the tail;
// (4) the values of kFixed, kUniform, kTable and kTrace are exact, the others within 1e-6.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "sim/scenario/scenario.h"

namespace sim {

// About 36 years: a heavy tail cannot overflow the sums that delays and sessions enter.
inline constexpr Duration kDrawMax{int64_t{1} << 50};

// The value at quantile bits / 2^64. kTrace takes the counter-th value instead, in turn.
// REQUIRES: Check(distribution) is ok.
[[nodiscard]] Duration Draw(const Distribution& distribution, uint64_t bits, uint64_t counter);

// Linear between equidistant quantiles. REQUIRES: not empty, rising, not negative.
[[nodiscard]] Duration Interpolate(const std::vector<int64_t>& quantiles_us, uint64_t bits);

// The smallest value that Draw can return.
[[nodiscard]] Duration SmallestDraw(const Distribution& distribution);

// True when Draw returns 0 for any bits: callers may skip the draw.
[[nodiscard]] bool IsZero(const Distribution& distribution);

// Refuses what Draw cannot work with: an empty table, a negative duration, a zero shape.
[[nodiscard]] core::Status Check(const Distribution& distribution);

}  // namespace sim
