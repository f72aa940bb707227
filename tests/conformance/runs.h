// The runs that the tests of this folder share: each scenario is played once by both arms, when it is first asked for.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/scenario.h"
#include "tests/conformance/node_arm.h"
#include "tests/conformance/simulated_arm.h"

namespace conformance {

struct Played {
  sim::Scenario scenario;
  Simulated simulated;
  Account real;
  std::vector<Taped> tapes;
};

using Changes = std::vector<std::pair<std::string, std::string>>;  // As --set path=value.

// tests/conformance/scenarios/NAME.json. A scenario that cannot be played fails the test.
[[nodiscard]] sim::Scenario LoadScenario(const std::string& name, const Changes& changes = {});

[[nodiscard]] const Played& Play(const std::string& name);

// One line each, for a message.
[[nodiscard]] std::string Joined(const std::vector<std::string>& lines);

}  // namespace conformance
