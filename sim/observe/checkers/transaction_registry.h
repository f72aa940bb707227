// The checkers of blocks and transactions, in the order in which they are listed.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"

namespace sim {

// `history` as for LinearizabilityChecker.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeTransactionCheckers(
    const ClientHistory* history);

}  // namespace sim
