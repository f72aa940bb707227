// All checkers: one table for `orbsim list checks`, the validation of expectations and the runs.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"
#include "sim/observe/metrics.h"
#include "sim/observe/ring_view.h"

namespace sim {

// In the order in which they are listed. metrics takes what checkers measure on the way, history is
// what the linearizability checker judges; both outlive the checkers, and may be nullptr. REQUIRES: an observer
// before the checkers leads the view of the rings.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCheckers(
    Metrics* metrics, const ClientHistory* history, const std::shared_ptr<RingView>& rings);

// Their infos, in the same order.
[[nodiscard]] std::vector<CheckInfo> CheckTable();

}  // namespace sim
