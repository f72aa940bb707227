// All checkers: one table for `orbsim list checks`, the validation of expectations and the runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/observe/checkers/authenticity_checker.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/metrics.h"

namespace sim {

struct CheckerOptions {
  RecordVerifier verify_record;  // REQUIRES: set.
  Metrics* metrics = nullptr;    // Outlives the checkers; may be nullptr.
};

// In the order in which they are listed.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCheckers(const CheckerOptions& options);

// Their infos, in the same order.
[[nodiscard]] std::vector<CheckInfo> CheckTable();

}  // namespace sim
