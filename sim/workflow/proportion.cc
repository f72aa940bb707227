#include "sim/workflow/proportion.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace sim {
namespace {

// Quantile of the normal distribution that leaves 2.5 % on either side.
constexpr double kZ = 1.959963984540054;

}  // namespace

double Proportion::Share() const {
  return runs == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(runs);
}

Interval Proportion::Confidence() const {
  if (runs == 0) return {};
  const auto n = static_cast<double>(runs);
  const double p = Share();
  const double scale = 1 + kZ * kZ / n;
  const double middle = (p + kZ * kZ / (2 * n)) / scale;
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / scale;
  return {hits == 0 ? 0 : std::max(0.0, middle - half),
          hits == runs ? 1 : std::min(1.0, middle + half)};
}

std::string IntervalText(const Interval& interval) {
  return absl::StrFormat("%.0f to %.0f %%", 100 * interval.low, 100 * interval.high);
}

}  // namespace sim
