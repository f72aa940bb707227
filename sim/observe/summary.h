// Summary: the result of one run, and the files of its directory: summary.json, metrics.csv,
// timeline.csv. Each file appears whole or not at all (file_out.h).
//
// summary.json holds nothing of the machine or the wall clock: equal runs write equal bytes.
// Source: simulator.md, section 4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/hash.h"
#include "core/base/status.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/expectations.h"
#include "sim/observe/metrics.h"

namespace sim {

struct RunResult {
  std::string build;  // Source version.
  core::Fingerprint fingerprint;
  WorldTime ended;
  uint32_t peers = 0;
  uint64_t checkpoints = 0;
  bool interrupted = false;
};

// Everything that a summary is made of. The references outlive the call.
struct RunReport {
  const Scenario& scenario;
  const RunResult& result;
  const Outcome& outcome;
  const std::vector<const Checker*>& checkers;
  const Metrics& metrics;
};

[[nodiscard]] std::string SummaryJson(const RunReport& report);

// Makes the folder if needed. Returns the first error; files written before it stay.
[[nodiscard]] core::Status WriteResults(const std::string& folder, const RunReport& report);

}  // namespace sim
