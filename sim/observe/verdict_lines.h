// Verdict lines: what a person reads at the end of a run: one line per expectation, then each
// failure with its time, peer, expected and found, and the line that reproduces it when pasted.
#pragma once

#include <string>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/expectations.h"

namespace sim {

// "00:15:02.347".
[[nodiscard]] std::string ClockText(WorldTime at);

// Two lines or more, each ending in a line feed. `repro`: the command that runs it again; empty: none was written.
[[nodiscard]] std::string FailureText(const Checker& checker, const std::string& repro);

// The table of all judgements. Unlisted checkers appear only when they did not pass.
[[nodiscard]] std::string VerdictText(const Outcome& outcome,
                                      const std::vector<const Checker*>& checkers,
                                      const std::string& repro);

}  // namespace sim
