// Ramp: the values that one setting takes between two ends, from the mild one to the harsh one, in steps of the last digit with
// which either is written: "0%" to "60%" has 61 values, "0.0%" to "60.0%" has 601.
//
// Thread rule: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/status.h"

namespace sim {

struct Ramp {
  int64_t first = 0;  // In units of the last digit.
  int64_t last = 0;   // Not first; may be below it.
  int decimals = 0;
  std::string unit;  // "%", "ms"; empty for plain numbers.

  // Values after the first.
  [[nodiscard]] uint64_t Steps() const;
  // The value that many steps from the first. REQUIRES: at most Steps().
  [[nodiscard]] std::string ValueAt(uint64_t step) const;
  // The same in the ramp's unit; `step` need not lie on it.
  [[nodiscard]] double NumberAt(double step) const;
  [[nodiscard]] double StepsPerUnit() const;
};

// Errors name the option, what was found and what is allowed: two different numbers with one unit.
[[nodiscard]] core::StatusOr<Ramp> ParseRamp(const std::string& from, const std::string& to);

// How far that value of the setting is from the first, in steps; nothing when it is no number with the ramp's unit.
[[nodiscard]] std::optional<double> StepsTo(const Ramp& ramp, const std::string& value);

}  // namespace sim
