// Neighbour: the run nearest to a failing one that does not fail, tried in this order:
//
//   one fault fewer                       the last one before the failure first
//   other luck from a time on             as late as possible: Scenario::reseed
//   another seed                          for the whole run
// Where the two part is where the failure was decided. Thread rule: one thread calls; the runs are on several. Source: issue 5.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

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
  const std::atomic<bool>* stop_flag = nullptr;
};

// A run passes when the check is not violated by a second after the failure, or by the end. Nothing: every run that was tried fails too, or
// the search was interrupted.
[[nodiscard]] std::optional<Neighbour> NearestPassing(const NeighbourSearch& search);

// How long after the failure a neighbour is looked at.
[[nodiscard]] WorldTime LookedAtUntil(const NeighbourSearch& search);

}  // namespace sim
