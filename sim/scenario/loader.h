// The loader: a scenario file, the files it uses and the overrides become one Scenario, or all that
// is wrong with them.
//
// An error's message holds one line per mistake (at most Findings::kShownMax):
//   FILE:LINE:COLUMN: <json path>: found X, allowed Y[, did you mean "Z"?]
// Order: use -> file -> overrides -> key tables -> binding. Nothing is read but the named files;
// the same bytes give the same Scenario. Source: simulator.md, sections 3 and 4.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/vocabulary.h"

namespace sim {

struct LoadOptions {
  // --set path=value, in the order given.
  std::vector<std::pair<std::string, std::string>> overrides;
  Vocabulary vocabulary;
  std::vector<std::string> plant;  // --plant bug, in the order given; empty: the file's.
};

// From the disk.
[[nodiscard]] core::StatusOr<Scenario> LoadScenario(const std::string& path,
                                                    const LoadOptions& options);
[[nodiscard]] core::StatusOr<Scenario> LoadScenario(const std::string& path,
                                                    const LoadOptions& options, FileReader& files);

// The same for a text that was already read from `path`; all other files come from `files`, by
// their path from where the program runs.
[[nodiscard]] core::StatusOr<Scenario> ParseScenario(std::string_view json, std::string path,
                                                     const LoadOptions& options, FileReader& files);

// A scenario again from what a capsule keeps of it: Scenario::canonical and Scenario::data_files.
// Gives the same hash, unless something is overridden.
[[nodiscard]] core::StatusOr<Scenario> ReloadScenario(
    const std::string& canonical, const std::map<std::string, std::string>& data_files,
    const Vocabulary& vocabulary,
    const std::vector<std::pair<std::string, std::string>>& overrides = {});

}  // namespace sim
