// A run directory as the data of a report: everything that the page shows of one run, as one JSON object.
//
// Asked for is only summary.json; what else is missing is listed under "missing", each with the option that would give it. Errors: a
// folder that holds no run, a file that is damaged, of another version, or of another kind; all name the file and the place. A file
// of another run (its hash, seed or fingerprint differ) is left out and listed as missing. Thread rule: one thread.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

// `program`: as typed, for lines that can be pasted.
[[nodiscard]] core::StatusOr<nlohmann::ordered_json> RunFolderJson(const std::string& folder,
                                                                   const std::string& program);

}  // namespace sim
