// peers.jsonl (docs/commands.md, "A run directory") as the page draws it.
//
// Errors name the file, the line, what was found and what is allowed. Thread rule: plain data.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

struct PeersFile {
  nlohmann::json header;
  nlohmann::ordered_json data;  // shown, frame_us; peers, slow, places, frames in the file's order.
};

[[nodiscard]] core::StatusOr<PeersFile> ReadPeersFile(const std::string& path);

}  // namespace sim
