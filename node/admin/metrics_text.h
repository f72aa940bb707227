// MetricsText: writes Prometheus' text format 0.0.4, one family after the other.
//
//   # HELP name what it is
//   # TYPE name counter
//   name{label="value"} 12
//
// Invariants, ours to keep and therefore CHECKed: names are [a-z_][a-z0-9_]*, those of counters and of nothing else end in
// _total; a family stands once; a sample stands behind its family. Values are exact: integers, or seconds with six decimals.
// Source: the exposition format as Prometheus documents it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace node {

enum class MetricType : uint8_t { kCounter, kGauge };

struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

class MetricsText {
 public:
  using Labels = std::initializer_list<MetricLabel>;

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  void Family(std::string_view name, MetricType type, std::string_view help);
  void Sample(uint64_t value, Labels labels = {});
  void Sample(core::Duration seconds, Labels labels = {});

  // A family of one sample.
  void Counter(std::string_view name, std::string_view help, uint64_t value);
  void Gauge(std::string_view name, std::string_view help, uint64_t value);
  void Gauge(std::string_view name, std::string_view help, core::Duration seconds);

  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  void Begin(Labels labels);

  std::string text_;
  std::string family_;
  std::set<std::string, std::less<>> families_;
};

}  // namespace node
