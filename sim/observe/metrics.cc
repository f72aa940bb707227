#include "sim/observe/metrics.h"

#include "core/base/check.h"

namespace sim {
namespace {

struct Column {
  const char* name;
  Metric metric;
};

// Counters as what happened in the second, gauges as they stand at its end.
constexpr Column kColumns[] = {
    {"peers_up", Metric::kPeersUp},
    {"steps", Metric::kEngineSteps},
    {"sent", Metric::kNetworkSent},
    {"delivered", Metric::kNetworkDelivered},
    {"bytes", Metric::kNetworkBytes},
    {"dropped", Metric::kNetworkDropped},
    {"lookups", Metric::kLookupDone},
    {"matches_started", Metric::kMatchStarted},
    {"matches_finished", Metric::kMatchFinished},
    {"candidates", Metric::kMatchCandidates},
    {"records_held", Metric::kRecordsHeld},
    {"narrowed", Metric::kMatchNarrowed},
    {"widened", Metric::kMatchWidened},
    {"tasks_accepted", Metric::kTasksAccepted},
    {"refusals", Metric::kHolderRefusals},
    {"rings_thin", Metric::kRingsThin},
    {"rings_lost", Metric::kRingsLost},
};
constexpr size_t kWidth = std::size(kColumns) + 1;

int64_t StatisticOf(const Histogram& histogram, Statistic statistic) {
  switch (statistic) {
    case Statistic::kCount:
      return static_cast<int64_t>(histogram.count());
    case Statistic::kSum:
      return histogram.sum();
    case Statistic::kMean:
      return histogram.Mean();
    case Statistic::kMin:
      return histogram.min();
    case Statistic::kP50:
      return histogram.Quantile(500'000);
    case Statistic::kP90:
      return histogram.Quantile(900'000);
    case Statistic::kP99:
      return histogram.Quantile(990'000);
    case Statistic::kMax:
      return histogram.max();
  }
  return 0;
}

}  // namespace

void Metrics::Set(Metric metric, int64_t value) {
  Cell(metric).gauge = value;
  ++Cell(metric).total;
}

void Metrics::Record(Metric metric, int64_t value) {
  CHECK(InfoOf(metric).kind == MetricKind::kHistogram);
  histograms_[static_cast<size_t>(metric)].Record(value);
}

void Metrics::Trial(Metric metric, bool hit) {
  Cell(metric).value += hit ? 1 : 0;
  ++Cell(metric).total;
}

void Metrics::AddTraffic(const TrafficCounters& since) {
  traffic_.Add(since);
  const TypeTraffic total = since.Total();
  Count(Metric::kNetworkSent, total.sent);
  Count(Metric::kNetworkDelivered, total.delivered);
  Count(Metric::kNetworkBytes, total.bytes);
  Count(Metric::kNetworkDropped, since.DroppedTotal());
  Count(Metric::kEngineSteps, since.steps);
  histograms_[static_cast<size_t>(Metric::kNetworkQueueDelay)].Add(since.queue_delay);
}

void Metrics::CloseRow(WorldTime at) {
  row_start_.resize(std::size(kColumns));
  timeline_.push_back(at.us);
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    const Metric metric = kColumns[i].metric;
    const Number& number = Cell(metric);
    const auto value = static_cast<int64_t>(number.value);
    timeline_.push_back(InfoOf(metric).kind == MetricKind::kGauge ? number.gauge
                                                                  : value - row_start_[i]);
    row_start_[i] = value;
  }
}

const Histogram& Metrics::HistogramOf(Metric metric) const {
  return histograms_[static_cast<size_t>(metric)];
}

std::optional<int64_t> Metrics::ValueAt(size_t row, std::string_view statistic) const {
  const MetricKind kind = MetricTable()[row].kind;
  if (row < kMetrics && kind == MetricKind::kHistogram) {
    if (histograms_[row].count() == 0) return std::nullopt;
    for (const StatisticInfo& info : kStatistics) {
      if (info.name == statistic) return StatisticOf(histograms_[row], info.statistic);
    }
    return std::nullopt;
  }
  if (row < kMetrics) {
    const Number& number = numbers_[row];
    if (kind == MetricKind::kCounter) return static_cast<int64_t>(number.value);
    if (number.total == 0) return std::nullopt;
    if (kind == MetricKind::kGauge) return number.gauge;
    return static_cast<int64_t>(number.value * 1'000'000 / number.total);
  }
  row -= kMetrics;
  if (row >= 3 * kMessageTypes) {
    // Reason 0 is "not dropped" and has no metric.
    return static_cast<int64_t>(traffic_.dropped.counts[row - 3 * kMessageTypes + 1]);
  }
  const TypeTraffic& type = traffic_.by_type[row / 3];
  const uint64_t fields[] = {type.sent, type.delivered, type.bytes};
  return static_cast<int64_t>(fields[row % 3]);
}

std::optional<int64_t> Metrics::Value(std::string_view name) const {
  const std::vector<MetricInfo>& table = MetricTable();
  for (size_t row = 0; row < table.size(); ++row) {
    const MetricInfo& info = table[row];
    if (info.kind != MetricKind::kHistogram) {
      if (info.name == name) return ValueAt(row, "");
    } else if (name.starts_with(info.name + ".")) {
      return ValueAt(row, name.substr(info.name.size() + 1));
    }
  }
  return std::nullopt;
}

std::vector<MetricValue> Metrics::All() const {
  std::vector<MetricValue> values;
  for (const std::string& name : MetricNames()) {
    if (const auto value = Value(name)) values.push_back({name, UnitOfMetric(name), *value});
  }
  return values;
}

std::string Metrics::MetricsCsv() const {
  std::string text = "metric,unit,value\n";
  for (const MetricValue& metric : All()) {
    text += metric.name + "," + metric.unit + "," + std::to_string(metric.value) + "\n";
  }
  return text;
}

std::string Metrics::TimelineCsv() const {
  std::string text = "end_us";
  for (const Column& column : kColumns) text += std::string(",") + column.name;
  for (size_t i = 0; i < timeline_.size(); ++i) {
    text += i % kWidth == 0 ? "\n" : ",";
    text += std::to_string(timeline_[i]);
  }
  return text + "\n";
}

}  // namespace sim
