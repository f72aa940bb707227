// Proportion: how many of some runs did something, and what that says about the share among all runs.
#pragma once

#include <cstdint>
#include <string>

namespace sim {

// Shares from 0 to 1.
struct Interval {
  double low = 0;
  double high = 1;
};

struct Proportion {
  uint64_t hits = 0;
  uint64_t runs = 0;

  [[nodiscard]] double Share() const;
  // The interval of Wilson (1927), in which the true share lies with 95 % confidence; [0, 1] without runs.
  [[nodiscard]] Interval Confidence() const;
};

// "12 to 48 %".
[[nodiscard]] std::string IntervalText(const Interval& interval);

}  // namespace sim
