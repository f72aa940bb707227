// Verdict lines: what a person reads at the end of a run: one line per expectation (one for all when
// there is none), then each failure and warning with its time, peer, expected and found, and the line
// that reproduces it when pasted.
#pragma once

#include <string>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/expectations.h"

namespace sim {

// "00:15:02.347".
[[nodiscard]] std::string ClockText(WorldTime at);

// A violation in lines of its own. `repro`: the command that runs it again; empty: there is none.
[[nodiscard]] std::string ViolationText(const std::string& label, const CheckInfo& check,
                                        const Violation& violation, const std::string& repro);

// The table of all judgements and what was violated. Unlisted checkers appear only when they were violated. `repro` as
// above.
[[nodiscard]] std::string VerdictText(const Outcome& outcome,
                                      const std::vector<const Checker*>& checkers,
                                      const std::string& repro);

}  // namespace sim
