// Builds: the first event in which another build's run of a capsule parts from ours.
//
// First both run once and tell a digest per second; where these differ first, the second is known, and nothing of the run was kept or
// sent. Then both run up to that second again and tell its events, which are compared as they come. So two runs of each build, up to
// the parting, whatever the length of the run.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "sim/workflow/builds/told_run.h"
#include "sim/workflow/divergence.h"

namespace sim {

struct TwoBuilds {
  Side ours;            // Of this build.
  std::string capsule;  // What ours was made of: the other build reads it itself.
  std::string program;  // The other build.
};

// Nothing: they agree. Errors: what keeps one of them from telling.
[[nodiscard]] core::StatusOr<std::optional<Parting>> FindPartingOfBuilds(const TwoBuilds& builds);

// The first difference of two told runs; nothing: they agree. Errors: those of the runs.
[[nodiscard]] core::StatusOr<std::optional<Parting>> FirstDifferenceOf(ToldRun& a, ToldRun& b);

}  // namespace sim
