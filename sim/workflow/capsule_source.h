// A capsule as a command line names it, and the scenario in it.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/capsule.h"
#include "sim/observe/checkers/checker.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/scenario_source.h"

namespace sim {

// Errors: what sim/observe/capsule.h says is wrong, or that the file is of another kind.
[[nodiscard]] core::StatusOr<Capsule> OpenCapsule(const std::string& path);

// The scenario with the faults that were in force: nothing is drawn again. Overriding a fault replaces the whole list by the scenario's own,
// without what was drawn.
[[nodiscard]] core::StatusOr<Scenario> ScenarioOf(const Capsule& capsule,
                                                  const Overrides& overrides = {});

// The check that a command is about: the one that was asked for, otherwise (`asked` is empty) the first that failed the run. Errors: no such
// check; a run in which none failed.
[[nodiscard]] core::StatusOr<CheckInfo> CheckOf(const std::string& path, const Capsule& capsule,
                                                const std::string& asked);

// Where a run that is not the capsule's parts from it, for the end of a sentence.
[[nodiscard]] std::string WherePartedText(const std::vector<Checkpoint>& checkpoints,
                                          const Capsule& capsule);

// What to tell people when another build made the capsule; empty when this one did.
[[nodiscard]] std::string OtherBuildText(const Capsule& capsule);

}  // namespace sim
