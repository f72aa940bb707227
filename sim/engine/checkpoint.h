// Checkpoint: what a run had come to at a whole simulated second; makes a divergence searchable.
#pragma once

#include <compare>

#include "core/base/hash.h"
#include "sim/engine/event.h"

namespace sim {

// The fingerprint at the first window start at or after `time`, a multiple of the interval. Seconds in which nothing
// happened have none.
struct Checkpoint {
  WorldTime time;
  core::Fingerprint fingerprint;

  friend constexpr auto operator<=>(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace sim
