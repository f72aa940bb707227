// Verdict lines: what a person reads at the end of a run: one line per expectation (one for all when
// there is none), then each failure and warning with its time, peer, expected and found, and the lines
// that reproduce and shrink it when pasted.
#pragma once

#include <string>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/expectations.h"

namespace sim {

// "00:15:02.347".
[[nodiscard]] std::string ClockText(WorldTime at);

// Commands that go on from a violation; empty: there is none.
struct NextCommands {
  std::string repro = {};  // Runs it again.
  std::string shrink =
      {};  // Makes it smaller, for the check that a capsule names: the first that failed the run.
};

// A violation in lines of its own.
[[nodiscard]] std::string ViolationText(const std::string& label, const CheckInfo& check,
                                        const Violation& violation, const NextCommands& next);

// The table of all judgements and what was violated. Unlisted checkers appear only when they were violated. What failed the run
// can be shrunk; behind the first of them the command names the check.
[[nodiscard]] std::string VerdictText(const Outcome& outcome,
                                      const std::vector<const Checker*>& checkers,
                                      NextCommands next);

}  // namespace sim
