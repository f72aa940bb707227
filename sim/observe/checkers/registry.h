// All checkers: one table for `orbsim list checks`, the validation of expectations and the runs.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/metrics.h"

namespace sim {

// In the order in which they are listed. metrics takes what checkers measure on the way; it
// outlives them, and may be nullptr.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCheckers(Metrics* metrics);

// Their infos, in the same order.
[[nodiscard]] std::vector<CheckInfo> CheckTable();

}  // namespace sim
