// Divergence: the first event in which two runs part, found from checkpoints and a recorded stretch of events.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/engine/engine.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/session.h"

namespace sim {

// The time of the last checkpoint up to which both lists agree; zero when they differ at once.
[[nodiscard]] WorldTime LastAgreement(const std::vector<Checkpoint>& a,
                                      const std::vector<Checkpoint>& b);

// Runs the scenario, its swarm drawn, and narrates every event of the two seconds after `from`, one line each.
[[nodiscard]] core::StatusOr<std::vector<std::string>> EventsAfter(
    const std::shared_ptr<const Scenario>& scenario, const SessionOptions& options, WorldTime from);

// The first line that differs, with the lines before it as context.
[[nodiscard]] std::string DifferenceText(const std::vector<std::string>& a,
                                         const std::vector<std::string>& b);

}  // namespace sim
