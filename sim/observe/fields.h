// What the tellers of this folder make fields with (describe.h).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "sim/observe/describe.h"

namespace sim {

using Fields = std::vector<Field>;

template <typename Integer>
Field Number(std::string_view name, Integer value) {
  return {name, static_cast<int64_t>(value)};
}

// Shown as tasks are: 16 bytes in hex.
template <typename Id>
core::TaskId TaskOf(const Id& id) {
  return {id.bytes};
}

}  // namespace sim
