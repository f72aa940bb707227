// Metrics: the numbers of one run by name, and their course over time (one row per simulated
// second). Written by FactMetrics (from facts), by the world (traffic) and by the overlay checker
// (graph statistics); read for expectations, summary.json, metrics.csv and timeline.csv.
//
// Invariants: (1) values are integers in the unit of the table; (2) a histogram or ratio without a
// sample has no value: nobody can pass an expectation about something that never happened.
// Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/event.h"
#include "sim/observe/histogram.h"
#include "sim/observe/metric_table.h"
#include "sim/observe/traffic.h"

namespace sim {

struct MetricValue {
  std::string name;
  std::string unit;
  int64_t value = 0;
};

class Metrics {
 public:
  void Count(Metric metric, uint64_t times = 1) { Cell(metric).value += times; }

  void Set(Metric metric, int64_t value);
  void Record(Metric metric, int64_t value);
  void Trial(Metric metric, bool hit);

  // Adds what the lanes counted since the last call.
  void AddTraffic(const TrafficCounters& since);

  // Closes a row of the timeline: what was counted since the row before. `at` is the row's end.
  void CloseRow(WorldTime at);

  // The value of a name of MetricNames(); nothing when unknown or without a sample.
  [[nodiscard]] std::optional<int64_t> Value(std::string_view name) const;
  [[nodiscard]] const Histogram& HistogramOf(Metric metric) const;

  // Every metric that has a value, in the table's order.
  [[nodiscard]] std::vector<MetricValue> All() const;
  // "metric,unit,value" and one line per metric.
  [[nodiscard]] std::string MetricsCsv() const;
  // "end_us,peers_up,..." and one line per simulated second.
  [[nodiscard]] std::string TimelineCsv() const;

 private:
  struct Number {
    uint64_t value = 0;  // A counter, or a ratio's hits.
    uint64_t total = 0;  // A ratio's trials; for a gauge: how often it was set.
    int64_t gauge = 0;
  };

  [[nodiscard]] Number& Cell(Metric metric) { return numbers_[static_cast<size_t>(metric)]; }

  [[nodiscard]] std::optional<int64_t> ValueAt(size_t row, std::string_view statistic) const;

  std::array<Number, kMetrics> numbers_{};
  std::array<Histogram, kMetrics> histograms_;
  TrafficCounters traffic_;
  std::vector<int64_t> row_start_;  // The counters when the open row began, by column.
  std::vector<int64_t> timeline_;   // Row-major: end of the row in us, then the columns.
};

}  // namespace sim
