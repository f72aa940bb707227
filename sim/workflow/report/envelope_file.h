// envelope.json (sim/workflow/envelope/findings.h), checked for what the page draws of it.
//
// Errors name the file, the member, what was found and what is allowed: another version or kind, a damaged file, what was found with
// another scenario or build than the runs beside it. Thread rule: one thread.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"
#include "sim/workflow/sweep/ledger.h"

namespace sim {

// Of a folder whose runs have this header; null when it has no such file.
[[nodiscard]] core::StatusOr<nlohmann::ordered_json> EnvelopeFileJson(const std::string& folder,
                                                                      const LedgerHeader& header);

}  // namespace sim
