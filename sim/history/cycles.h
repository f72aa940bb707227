// Cycles of dependencies, classified: the weakest level of isolation that they break is the strongest finding.
//
//   G0        only ww                     G-single  exactly one rw
//   G1c       ww and wr                   G2        two or more rw
//
// and the same with "-realtime" when the cycle needs an rt edge. The classes are tried in this order, and the first that has a
// cycle is reported with its shortest one: of two that are equally short, the one that begins with the earlier transaction. When a
// component is so large that the search for the shortest would take more than kCycleSteps, the shortest found by then stands.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/history/anomaly.h"
#include "sim/history/dependencies.h"

namespace sim {

inline constexpr uint64_t kCycleSteps = 50'000'000;

[[nodiscard]] std::optional<Anomaly> FindCycle(const TransactionHistory& history,
                                               const Dependencies& dependencies);

}  // namespace sim
