// Console: where a command's text goes, and how it says what is wrong. Tests read what people see.
#pragma once

#include <atomic>
#include <iosfwd>
#include <string>

#include "core/base/status.h"
#include "sim/observe/exit_code.h"

namespace sim {

struct Console {
  std::ostream& out;
  std::ostream& error;
  std::string program = "orbsim";                // As typed: repro lines can be pasted.
  bool terminal = false;                         // Progress lines only where somebody watches.
  const std::atomic<bool>* stop_flag = nullptr;  // Set by Ctrl-C.

  [[nodiscard]] bool Interrupted() const { return stop_flag != nullptr && *stop_flag; }
};

// Prints what is wrong and returns `code`, so that a command ends in one line.
[[nodiscard]] ExitCode Complain(Console& console, const core::Status& status,
                                ExitCode code = ExitCode::kBadInput);

// The same for a run that did not come to its end: interrupted, broken down, or never begun because of what it was given.
[[nodiscard]] ExitCode Conclude(Console& console, const core::Status& status);

}  // namespace sim
