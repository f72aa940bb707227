// All checkers: one table for `orbsim list checks`, the validation of expectations and the runs.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"
#include "sim/observe/metrics.h"

namespace sim {

// In the order in which they are listed. metrics takes what checkers measure on the way, history is
// what the linearizability checker judges; both outlive the checkers, and may be nullptr.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCheckers(Metrics* metrics,
                                                                 const ClientHistory* history);

// Their infos, in the same order.
[[nodiscard]] std::vector<CheckInfo> CheckTable();

}  // namespace sim
