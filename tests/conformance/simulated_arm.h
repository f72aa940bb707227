// The first arm: the scenario in the simulator.
#pragma once

#include "core/base/status.h"
#include "sim/scenario/scenario.h"
#include "tests/conformance/account.h"

namespace conformance {

struct Simulated {
  Cast cast;
  Account account;
};

// Runs the scenario to its end. Errors: what the world refuses.
[[nodiscard]] core::StatusOr<Simulated> Simulate(const sim::Scenario& scenario);

// When the first operation is given; the end of the scenario when there is none.
[[nodiscard]] core::Duration FirstOperation(const sim::Scenario& scenario);

}  // namespace conformance
