// Quantities as scenario files write them: an exact decimal number and a unit, in one text.
//
// "12.5ms" is 12,500 microseconds; "0.2%" is 2,000 millionths. No floating point: a number that is
// finer than the smallest unit is refused, not rounded. Source: simulator.md, section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim {

enum class Measure : uint8_t {
  kDuration,  // Microseconds.
  kSize,      // Bytes.
  kRate,      // Bits per second.
  kShare,     // Millionths.
  kDecimal,   // Millionths, no unit: "0.57".
};

struct QuantityUnit {
  std::string_view name;
  int64_t factor = 1;  // In the measure's base.
};

[[nodiscard]] std::span<const QuantityUnit> UnitsOf(Measure measure);

struct Quantity {
  enum class Problem : uint8_t { kNone, kNoNumber, kNoUnit, kUnknownUnit, kTooFine, kTooBig };
  Problem problem = Problem::kNone;
  int64_t value = 0;
  std::string_view unit;  // As found; part of the text given.
};

[[nodiscard]] Quantity ParseQuantity(std::string_view text, Measure measure);

// An exact decimal times `factor`, the rest of the text empty. `truncate`: digits finer than one
// are dropped instead of refused (measured data have more digits than a microsecond needs).
[[nodiscard]] std::optional<int64_t> ParseDecimal(std::string_view text, int64_t factor,
                                                  bool truncate);

// The shortest text that ParseQuantity reads as this value.
[[nodiscard]] std::string FormatQuantity(int64_t value, Measure measure);

}  // namespace sim
