// FutureOf: a run that is the same as another one up to a time and has other luck from there on (Scenario::reseed).
#pragma once

#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

// What was drawn anew before `from` stays so. REQUIRES: `from` lies before the end.
[[nodiscard]] Scenario FutureOf(const Scenario& scenario, WorldTime from, uint64_t seed);

}  // namespace sim
