#include "sim/workflow/future.h"

#include <vector>

namespace sim {

Scenario FutureOf(const Scenario& scenario, WorldTime from, uint64_t seed) {
  Scenario future = scenario;
  std::erase_if(future.reseed, [&](const Reseed& one) { return one.at.us >= from.us; });
  future.reseed.push_back({core::Duration{from.us}, seed});
  return future;
}

}  // namespace sim
