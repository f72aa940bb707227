// Exit codes that scripts may rely on (simulator.md, section 4; docs/commands.md).
#pragma once

namespace sim {

enum class ExitCode : int {
  kPass = 0,
  kBadInput = 1,
  kLiveness = 2,
  kSafety = 3,
  kNondeterminism = 4,
  kInternal = 5,
  kUnfinished = 6,  // Budget exhausted or interrupted: nothing failed so far, nothing is proven.
};

}  // namespace sim
