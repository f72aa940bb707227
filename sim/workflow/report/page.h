// A report as one HTML file: the embedded page with its style, its scripts and the data in it. It asks nothing of any network.
//
// Whatever texts the data holds, they end neither the script nor an element: "<" is written as an escape. Thread rule: any thread.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace sim {

[[nodiscard]] std::string PageText(const std::string& title, const nlohmann::ordered_json& data);

}  // namespace sim
