// A Scenario as text, one fact per line, in a fixed order and with exact values: for people, for
// comparing two scenarios and for tests.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace sim {

[[nodiscard]] std::string PrintScenario(const Scenario& scenario);

}  // namespace sim
