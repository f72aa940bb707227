#include "sim/workflow/console.h"

#include <ostream>

namespace sim {

ExitCode Complain(Console& console, const core::Status& status, ExitCode code) {
  console.error << core::MessageOf(status) << "\n";
  return code;
}

ExitCode Conclude(Console& console, const core::Status& status) {
  const bool internal = status.code() == absl::StatusCode::kInternal;
  return Complain(console, status,
                  console.Interrupted() ? ExitCode::kUnfinished
                  : internal            ? ExitCode::kInternal
                                        : ExitCode::kBadInput);
}

}  // namespace sim
