// Divergence: the first event in which two runs part.
//
// Both run side by side, a stretch of time each in turn, and what they tell is compared and dropped, so nothing longer than a stretch
// is kept, and neither is run twice or beyond the parting. Memory: both worlds. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/engine/engine.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/session.h"

namespace sim {

// One of the two runs. REQUIRES: the scenario's swarm is drawn (sim/network/swarm.h).
struct Side {
  std::shared_ptr<const Scenario> scenario;
  SessionOptions options = {};
  std::function<void(bool)> at_work = {};  // Told when this run's turn begins and ends.
};

struct Parting {
  std::vector<std::string> before;  // What both told last, narrated, a line each.
  // What each told then; empty: nothing more. Both empty: what was told agrees, what peers were given does not.
  std::string lines[2];
  WorldTime at;  // Of the earlier one; of the checkpoint when both are empty.
};

// What counts as a difference: what no line shows too (random ids, for example), or only what is told of the events.
enum class Compared : uint8_t { kAll, kTold };

// Compares from `from` on, until the earlier end; nothing: they agree. Errors: what a session says; an interruption.
[[nodiscard]] core::StatusOr<std::optional<Parting>> FindParting(
    const Side& a, const Side& b, WorldTime from, Compared compared = Compared::kAll);

// `names`: what to call the two, of equal length.
[[nodiscard]] std::string PartingText(const Parting& parting, const std::string& name_of_a,
                                      const std::string& name_of_b);

// The time of the last checkpoint up to which both lists agree; zero when they differ at once.
[[nodiscard]] WorldTime LastAgreement(const std::vector<Checkpoint>& a,
                                      const std::vector<Checkpoint>& b);

}  // namespace sim
