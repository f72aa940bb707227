// Occurrences: when the peers of an operation begin it. The world posts them, and who writes a workload out as single
// operations asks for the same times.
#pragma once

#include <cstdint>

#include "core/base/random.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

// Whose times: the draws of an operation are keyed by its place in the workload.
struct OccurrenceKey {
  uint64_t seed = 0;
  uint32_t operation = 0;
  core::PeerId peer;
};

// Calls `visit` with each time at which the peer begins the operation, ascending.
template <typename Visit>
void ForEachTime(const Operation& operation, const OccurrenceKey& key, Visit&& visit) {
  core::Random random({.seed = key.seed,
                       .peer = key.peer.value,
                       .incarnation = key.operation,
                       .purpose = core::Purpose::kWorkload});
  WorldTime at{operation.at.us + random.Between(0, operation.spread.us)};
  visit(at);
  if (operation.every.us == 0) return;
  for (at = at + operation.every; at.us < operation.until.us; at = at + operation.every) visit(at);
}

}  // namespace sim
