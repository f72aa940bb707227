// The two clocks of a node. Everything that waits or ages uses the steady clock, so that a jump of the
// wall clock moves nothing; the wall clock only stamps what people and files read.
//
// Invariants: (1) ReadClocks is where this node's discovery, configuration and logs get the time from;
// everything else is given a Moment or a TimeSource; (2) a time that must outlive the process is stored
// as wall time and turned back with RestoreTime, which never yields the future.
// Thread rule: ReadClocks may be called from several threads at once.
#pragma once

#include <functional>
#include <string>

#include "core/base/time.h"

namespace node {

// Microseconds since 1970-01-01T00:00:00Z; may jump in either direction.
using WallTime = core::Instant<struct WallClockTag>;

// Both clocks, read together.
struct Moment {
  core::Time steady;
  WallTime wall;
};

[[nodiscard]] Moment ReadClocks();

// ReadClocks, or a test's own time.
using TimeSource = std::function<Moment()>;

// The wall time of a steady time, as seen from `now`.
[[nodiscard]] WallTime ToWall(core::Time time, const Moment& now);

// The inverse, in a later life of the process: times after `now.wall` become now (the wall clock was
// set back), times older than `age_max` become now - age_max.
[[nodiscard]] core::Time RestoreTime(WallTime stored, const Moment& now, core::Duration age_max);

// "2026-11-21T10:29:08.123456Z"; years from 1970 to 9999, other times are clamped.
[[nodiscard]] std::string FormatUtc(WallTime time);

}  // namespace node
