#include "sim/observe/distributions.h"

namespace sim {
namespace {

constexpr uint32_t kWhole = 1'000'000;

// The largest share whose quantile is still `value`. REQUIRES: that of `share` is.
uint32_t LastShareWith(const Histogram& histogram, int64_t value, uint32_t share) {
  uint32_t low = share;
  uint32_t high = kWhole;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    if (histogram.Quantile(middle) == value) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

std::string RowsOf(const Histogram& histogram, const MetricInfo& info) {
  std::string rows;
  for (uint32_t share = 0; share <= kWhole; ++share) {
    const int64_t value = histogram.Quantile(share);
    share = LastShareWith(histogram, value, share);
    rows += info.name + "," + info.unit + "," + std::to_string(value) + "," +
            std::to_string(share) + "\n";
  }
  return rows;
}

}  // namespace

std::string HistogramsCsv(const Metrics& metrics) {
  std::string text = "metric,unit,up_to,share_ppm\n";
  for (size_t i = 0; i < kMetrics; ++i) {
    const MetricInfo& info = MetricTable()[i];
    if (info.kind != MetricKind::kHistogram) continue;
    const Histogram& histogram = metrics.HistogramOf(static_cast<Metric>(i));
    if (histogram.count() > 0) text += RowsOf(histogram, info);
  }
  return text;
}

}  // namespace sim
