// What the rows of the option table are written with: units of their numbers, and a value's number as
// what the configuration holds. Thread rule: any thread.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "node/config/option_table.h"

namespace node {

inline constexpr int64_t kMs = 1'000;
inline constexpr int64_t kSecond = 1'000'000;
inline constexpr int64_t kMinute = 60 * kSecond;
inline constexpr int64_t kHour = 60 * kMinute;
inline constexpr int64_t kDay = 24 * kHour;

// REQUIRES (both): the row's range fits.
[[nodiscard]] inline uint32_t U32(const OptionValue& value) {
  return static_cast<uint32_t>(value.number);
}

[[nodiscard]] inline core::Duration Span(const OptionValue& value) {
  return {value.number};
}

}  // namespace node
