// Replaying what the flight recorder of a peer kept: the same protocol code, fed the same inputs, compared after each. What is compared,
// what is only shown and which exit code says what: docs/recording_format.md, docs/commands.md.
#pragma once

#include <string_view>

#include "sim/workflow/commands.h"

namespace sim {

// `content` is that of the file options.capsule. REQUIRES: it begins as a recording does.
[[nodiscard]] ExitCode ReplayRecording(const ReplayOptions& options, std::string_view content,
                                       Console& console);

}  // namespace sim
