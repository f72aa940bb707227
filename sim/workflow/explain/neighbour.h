// Neighbour: the run nearest to a failing one that does not fail, tried in this order:
//
//   one fault fewer                       the last one before the failure first
//   other luck from a time on             as late as possible: Scenario::reseed
//   another seed                          for the whole run
// Where the two part is where the failure was decided. When these are more than may be tried, some are left out, evenly over all of
// them, so that each of the three kinds has its chance. Thread rule: one thread calls; the runs are on several. Source: issue 5.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/console.h"

namespace sim {

struct Neighbour {
  std::string what;      // "without fault 3, a crash at 12s".
  std::string settings;  // What makes it of the failing capsule, for --set; empty: no setting does.
  std::shared_ptr<const Scenario> scenario;
  WorldTime from;  // Up to here both are the same.
};

struct NeighbourSearch {
  std::shared_ptr<const Scenario> failing;  // REQUIRES: its swarm is drawn.
  std::string check;
  WorldTime failed_at;
  int jobs = 1;
  size_t most = 1;  // Runs to try.
};

struct NeighboursTried {
  std::optional<Neighbour> nearest;  // That passes; nothing: every run that was tried fails too.
  size_t tried = 0;                  // Or would have been, had the nearest not been found.
  size_t known = 0;                  // `tried`, and those that were left out.
};

// So many runs as the one that fails take a few minutes together, but enough for each kind to have its chance.
[[nodiscard]] size_t NeighboursWorthTrying(uint64_t events_of_failing);

// A run passes when the check is not violated by a second after the failure, or by the end. Tells the console how far it is. Errors: an
// interruption.
[[nodiscard]] core::StatusOr<NeighboursTried> NearestPassing(const NeighbourSearch& search,
                                                             Console& console);

// How long after the failure a neighbour is looked at.
[[nodiscard]] WorldTime LookedAtUntil(const NeighbourSearch& search);

}  // namespace sim
