#include "node/admin/metrics_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "core/base/check.h"

namespace node {
namespace {

bool IsName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

void AppendEscaped(std::string_view text, bool quotes, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (quotes && c == '"')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

std::string SecondsText(core::Duration span) {
  const bool negative = span.us < 0;
  const uint64_t us =
      negative ? uint64_t{0} - static_cast<uint64_t>(span.us) : static_cast<uint64_t>(span.us);
  return absl::StrFormat("%s%d.%06d", negative ? "-" : "", us / 1'000'000, us % 1'000'000);
}

}  // namespace

void MetricsText::Family(std::string_view name, MetricType type, std::string_view help) {
  CHECK(IsName(name));
  CHECK(name.ends_with("_total") == (type == MetricType::kCounter));
  CHECK(families_.emplace(name).second);
  family_ = name;
  text_ += "# HELP " + family_ + " ";
  AppendEscaped(help, /*quotes=*/false, text_);
  text_ += "\n# TYPE " + family_ + (type == MetricType::kCounter ? " counter\n" : " gauge\n");
}

void MetricsText::Begin(Labels labels) {
  CHECK(!family_.empty());
  text_ += family_;
  char before = '{';
  for (const MetricLabel& label : labels) {
    CHECK(IsName(label.name));
    text_ += before;
    text_ += label.name;
    text_ += "=\"";
    AppendEscaped(label.value, /*quotes=*/true, text_);
    text_ += '"';
    before = ',';
  }
  text_ += labels.size() == 0 ? " " : "} ";
}

void MetricsText::Sample(uint64_t value, Labels labels) {
  Begin(labels);
  absl::StrAppend(&text_, value, "\n");
}

void MetricsText::Sample(core::Duration seconds, Labels labels) {
  Begin(labels);
  text_ += SecondsText(seconds) + "\n";
}

void MetricsText::Counter(std::string_view name, std::string_view help, uint64_t value) {
  Family(name, MetricType::kCounter, help);
  Sample(value);
}

void MetricsText::Gauge(std::string_view name, std::string_view help, uint64_t value) {
  Family(name, MetricType::kGauge, help);
  Sample(value);
}

void MetricsText::Gauge(std::string_view name, std::string_view help, core::Duration seconds) {
  Family(name, MetricType::kGauge, help);
  Sample(seconds);
}

}  // namespace node
