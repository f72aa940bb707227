#include "sim/workflow/console.h"

#include <ostream>

namespace sim {

ExitCode Complain(Console& console, const core::Status& status, ExitCode code) {
  console.error << core::MessageOf(status) << "\n";
  return code;
}

}  // namespace sim
