// Deadlines: the earliest instant at which any flow of a peer has something to do.
//
// Flows keep their own deadlines and answer in constant time or in the number of what runs; a peer
// without participations asks two of them, so nothing is cached and nothing can be stale.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "core/base/time.h"

namespace core {

[[nodiscard]] inline Time Earliest(std::initializer_list<Time> deadlines) {
  return std::min(deadlines);
}

[[nodiscard]] inline bool IsDue(Time deadline, Time now) {
  return deadline <= now;
}

}  // namespace core
