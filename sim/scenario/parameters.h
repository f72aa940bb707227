// Data files of a scenario: fitted network parameters, latency matrices and traces of durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/compose.h"
#include "sim/scenario/scenario.h"

namespace sim {

inline constexpr uint32_t kMatrixSideMax = 4096;

// A file of fitted parameters (kParametersTable).
struct NetworkParameters {
  std::vector<Region> regions;
  std::vector<uint32_t> one_way_us;  // Row-major, regions x regions.
  std::vector<int64_t> access_us;
  Distribution home;
  Distribution datacentre;
  ChurnSpec churn;
};

struct LatencyMatrix {
  uint32_t side = 0;
  std::vector<uint32_t> one_way_us;  // Row-major: half of each round trip, rounded down.
};

// Round trips in milliseconds, n x n; white space or commas between them, one row per line, "#"
// begins a comment. Digits finer than a microsecond are dropped. `source` is the file among the
// findings' sources, `path` the key that names it.
[[nodiscard]] std::optional<LatencyMatrix> ParseMatrix(std::string_view text, uint32_t source,
                                                       const std::string& path, Findings& findings);

// One duration per line; "#" begins a comment; empty lines are skipped.
[[nodiscard]] std::vector<int64_t> ParseTrace(std::string_view text, uint32_t source,
                                              const std::string& path, Findings& findings);

}  // namespace sim
