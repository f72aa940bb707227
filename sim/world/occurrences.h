// Occurrences: when the peers of an operation begin it. The world posts them, and who writes a workload out as single
// operations asks for the same times.
#pragma once

#include <cstdint>
#include <numeric>

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

// Within the operation's spread, by its shares.
[[nodiscard]] inline int64_t DelayWithin(const Operation& operation, core::Random& random) {
  const int64_t spread = operation.spread.us;
  if (operation.shares.empty()) return random.Between(0, spread);
  const auto parts = static_cast<int64_t>(operation.shares.size());
  const uint64_t all =
      std::accumulate(operation.shares.begin(), operation.shares.end(), uint64_t{0});
  uint64_t left = random.Below(all);
  int64_t part = 0;
  for (; left >= operation.shares[static_cast<size_t>(part)]; ++part) {
    left -= operation.shares[static_cast<size_t>(part)];
  }
  return random.Between(spread / parts * part, spread / parts * (part + 1));
}

// Calls `visit` with each time at which the peer begins the operation, ascending.
template <typename Visit>
void ForEachTime(const Operation& operation, const OccurrenceKey& key, Visit&& visit) {
  core::Random random({.seed = key.seed,
                       .peer = key.peer.value,
                       .incarnation = key.operation,
                       .purpose = core::Purpose::kWorkload});
  WorldTime at{operation.at.us + DelayWithin(operation, random)};
  visit(at);
  if (operation.every.us == 0) return;
  for (at = at + operation.every; at.us < operation.until.us; at = at + operation.every) visit(at);
}

}  // namespace sim
