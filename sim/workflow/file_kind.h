// What a file is that was given where another kind is wanted, so that the error can say it.
#pragma once

#include <string>

#include "core/base/status.h"

namespace sim {

// "scenario", "capsule", "summary" or "trace"; empty: none of these, or not readable.
[[nodiscard]] std::string KindOfFile(const std::string& path);

// `error` is why `path` is no `wanted`. When the file is of another kind, that is the better error: it says what was found,
// what is allowed, and which command takes the file.
[[nodiscard]] core::Status NotThatKind(const core::Status& error, const std::string& path,
                                       const std::string& wanted);

}  // namespace sim
