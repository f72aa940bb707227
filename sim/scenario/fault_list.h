// Faults to JSON and back, with the keys of a scenario file: for capsules, which list the drawn
// faults too. Peers are written as explicit ranges ("peers[5..9]"), so the list needs no groups.
#pragma once

#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

#include "core/base/status.h"
#include "sim/scenario/scenario.h"

namespace sim {

// The word of scenario files: "crash".
[[nodiscard]] std::string_view NameOf(Fault::Kind kind);

[[nodiscard]] nlohmann::json FaultsToJson(const std::vector<Fault>& faults);

// FaultsFromJson(FaultsToJson(f)) == f for every list that a scenario or the swarm can give.
[[nodiscard]] core::StatusOr<std::vector<Fault>> FaultsFromJson(const nlohmann::json& json);

}  // namespace sim
