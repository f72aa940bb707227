// Durations and sizes as the configuration file writes them: an exact decimal number and a unit.
// "1.5s" is 1,500,000 microseconds, "4KiB" 4096 bytes. A number finer than the base is refused, not
// rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace node {

struct QuantityUnit {
  std::string_view name;
  int64_t factor = 1;
};

[[nodiscard]] std::span<const QuantityUnit> DurationUnits();  // Microseconds.
[[nodiscard]] std::span<const QuantityUnit> SizeUnits();      // Bytes.

// Nothing when the text is no number with one of the units, too fine, or 2^62 or more.
[[nodiscard]] std::optional<int64_t> ParseQuantity(std::string_view text,
                                                   std::span<const QuantityUnit> units);

// In the largest unit that leaves a whole number.
[[nodiscard]] std::string FormatQuantity(int64_t value, std::span<const QuantityUnit> units);

}  // namespace node
