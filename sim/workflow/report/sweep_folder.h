// The folder of a sweep as the data of a report: its runs.jsonl (sim/workflow/sweep/ledger.h) by columns, in the order of seeds and
// settings, whatever the order in which the runs came to their end; and in how many runs each probe was reached, each kind of fault
// happened, each two of them met, and each check had nothing to judge; what each run showed that none before it in that order had; and what its envelope.json says, if it is the folder of an envelope.
//
// Errors: those of ReadLedger and EnvelopeFileJson, and a ledger without a header. Thread rule: one thread.
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
