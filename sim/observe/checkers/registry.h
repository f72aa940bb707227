// All checkers: one table for `orbsim list checks`, the validation of expectations and the runs.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"
#include "sim/observe/metrics.h"
#include "sim/observe/ring_view.h"
#include "sim/observe/vote_view.h"

namespace sim {

// What checkers share with the census that leads it.
struct LedViews {
  std::shared_ptr<RingView> rings = std::make_shared<RingView>();
  std::shared_ptr<VoteView> votes = std::make_shared<VoteView>();
};

// In the order in which they are listed. metrics takes what checkers measure on the way, history is
// what the linearizability checker judges; both outlive the checkers, and may be nullptr. REQUIRES: an observer
// before the checkers leads each of the views.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCheckers(Metrics* metrics,
                                                                 const ClientHistory* history,
                                                                 const LedViews& led);

// Their infos, in the same order.
[[nodiscard]] std::vector<CheckInfo> CheckTable();

}  // namespace sim
