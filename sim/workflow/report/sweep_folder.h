// The folder of a sweep as the data of a report: its runs.jsonl (docs/commands.md, "Sweeping") by columns, in the order of seeds and
// settings, whatever the order in which the runs came to their end.
//
// Errors name the file, the line, what was found and what is allowed; a last line that an interruption tore off is left out, as
// `sweep` does. Thread rule: one thread.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

// Is there a ledger in the folder?
[[nodiscard]] bool IsSweepFolder(const std::string& folder);

[[nodiscard]] core::StatusOr<nlohmann::ordered_json> SweepFolderJson(const std::string& folder,
                                                                     const std::string& program);

}  // namespace sim
