// Finds the place that an override names: network.loss, groups[0].count, groups.crowd.count.
#pragma once

#include <string_view>

#include "sim/scenario/findings.h"
#include "sim/scenario/json_value.h"

namespace sim {

// The value at `path` below `top`; keys that objects lack are added as null. nullptr, with a
// finding at `at`, when the path is malformed, leads through a value that is no object or list, or
// names an element that a list does not have.
[[nodiscard]] JsonValue* FindOrMake(JsonValue& top, std::string_view path, FilePosition at,
                                    Findings& findings);

}  // namespace sim
