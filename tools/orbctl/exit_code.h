// How orbctl ends, and what it says on standard error then. docs/node.md, "orbctl".
#pragma once

#include <string_view>

#include "core/base/status.h"
#include "tools/orbctl/client.h"

namespace orbctl {

enum class ExitCode : int {
  kDone = 0,
  kUsage = 1,
  kConfiguration = 2,  // Or the token file.
  kUnreachable = 3,
  kRefused = 4,
  kInternal = 5,     // Or the other side is no orbnode.
  kUnsatisfied = 6,  // A match ended with fewer partners than wanted.
  // Ends of calls about blocks.
  kConflict = 7,
  kStale = 8,
  kRejected = 9,
  kUnavailable = 10,
  kInDoubt = 11,
  kAbsent = 12,  // Or deleted.
  kExpired = 13,
};

ExitCode Complain(ExitCode code, std::string_view text);
// Of what did not come to an answer of the node.
ExitCode Complain(const core::Status& status);
// What the node itself says: {"code", "message"}.
ExitCode Refused(const Json& error);

}  // namespace orbctl
