// What a local user may ask of the core: the sizes that the wire allows and the numbers that make sense. The core's codec
// CHECKs its own limits, so nothing that breaks them may come from outside.
//
// Errors: InvalidArgument with the field, what was found and what is allowed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/port/command.h"

namespace node {

inline constexpr size_t kTopicTextMax = 256;
inline constexpr size_t kWantMax = 1024;
inline constexpr core::Duration kPatienceMax = core::Minutes(int64_t{24} * 60);
inline constexpr uint64_t kRevisionMax = uint64_t{1} << 53;  // Exact in every JSON library.

[[nodiscard]] core::Status CheckCommand(const core::Command& command);

}  // namespace node
