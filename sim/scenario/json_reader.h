// Reads JSON with // and /* */ comments into JsonValues with positions.
//
// Rules: (1) RFC 8259 grammar plus comments, nothing else (no trailing commas, no single quotes);
// (2) valid UTF-8 only; (3) a key stands once in its object; (4) at most kDepthMax levels and
// kValuesMax values, so that no text exhausts the stack or the memory. A text that breaks the
// grammar gives one finding, because what follows cannot be trusted; a duplicate key is noted and
// the reading goes on.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sim/scenario/json_value.h"

namespace sim {

inline constexpr size_t kJsonDepthMax = 32;
inline constexpr size_t kJsonValuesMax = 1'000'000;

// `start` is where the text begins (an override's value does not begin at 1:1). Empty after a
// grammar error, which is then among the findings.
[[nodiscard]] std::optional<JsonValue> ReadJson(std::string_view text, FilePosition start,
                                                Findings& findings);

}  // namespace sim
