// A Scenario as text, one fact per line, in a fixed order and with exact values: for people, for
// comparing two scenarios and for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/scenario.h"

namespace sim {

// Every parameter of the protocols by its path below "protocol", with its value.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> DescribeProtocol(
    const core::Config& config);

[[nodiscard]] std::string PrintScenario(const Scenario& scenario);

}  // namespace sim
