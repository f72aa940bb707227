// rings.jsonl (docs/commands.md, "A run directory") as the page draws it.
//
// Errors name the file, the line, what was found and what is allowed. Thread rule: plain data.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

struct RingsFile {
  nlohmann::json header;
  nlohmann::ordered_json data;  // of, from the header; nodes, frames in the file's order.
};

[[nodiscard]] core::StatusOr<RingsFile> ReadRingsFile(const std::string& path);

}  // namespace sim
