// The capsules of a guided sweep: one of the first run of each kind of failure, because such a run is more than a seed.
//
// DIR/capsule-N.json, N being the run's place in the sweep, from 1. One of that run that is there stays. Thread rule: one thread. Source: issue 5, point 1.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/workflow/console.h"
#include "sim/workflow/sweep/cell_runs.h"
#include "sim/workflow/sweep/report.h"

namespace sim {

// Runs each of them again; `cells` are those planned, `runs` those of them that are over. A line that names the files; empty: nothing failed. Ctrl-C leaves the rest out. Errors: a run that cannot be
// made, a file that cannot be written, or that is there and of another run.
[[nodiscard]] core::StatusOr<std::string> WriteCapsules(const CellSpace& space,
                                                        const std::vector<SweepCell>& cells,
                                                        const SweepRuns& runs,
                                                        const std::string& folder,
                                                        const Console& console);

}  // namespace sim
