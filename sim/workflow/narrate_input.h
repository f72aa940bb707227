// A replayed input and what the peer did with it, as lines for people; the marks are those of docs/trace_format.md.
#pragma once

#include <optional>
#include <string>

#include "core/port/effects.h"
#include "core/recording/replayer.h"

namespace sim {

// The input, then, when it was fed, what was sent and observed. `since`: what the clock counts from. `only`: nothing but what concerns
// this contact; empty when nothing does.
[[nodiscard]] std::string NarrateInput(const core::ReplayedInput& step, core::Effects& effects,
                                       core::Time since, std::optional<core::PeerId> only);

}  // namespace sim
