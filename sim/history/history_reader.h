// Reads a history: one JSON object per line, in real-time order (docs/history_format.md).
//
// Strict: the first line that breaks a rule ends the reading, because what follows cannot be paired; everything wrong with
// that line is found. Each finding has line, column, what was found and what is allowed. Checked here is what all models
// share: members, types, pairs of lines, time. What values mean is the model's business. Source: simulator.md, section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/history/history.h"
#include "sim/scenario/findings.h"

namespace sim {

struct HistoryLimits {
  size_t line_bytes_max = size_t{1} << 20;
  uint32_t lines_max = 8'000'000;
};

inline constexpr size_t kHistoryBytesMax = size_t{1} << 30;

// REQUIRES: the file is the first source of `findings`. Empty: something is wrong.
[[nodiscard]] std::optional<History> ReadHistory(std::string_view text, Findings& findings,
                                                 const HistoryLimits& limits = {});

}  // namespace sim
