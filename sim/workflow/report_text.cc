#include "sim/workflow/report_text.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_format.h"

#include "sim/observe/metric_table.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/build_info.h"

namespace sim {
namespace {

// One row per thing that people ask first; a row of zeros, or of metrics without a value, is left out.
struct Row {
  std::string_view label;
  std::string_view metrics[5];
};

constexpr Row kRows[] = {
    {"matches", {"match.started", "match.finished", "match.success", ""}},
    {"match time", {"match.time.p50", "match.time.p90", "match.time.p99", "match.time.max"}},
    {"match requests",
     {"match.requests.p50", "match.requests.p90", "match.requests.p99", "match.requests.max"}},
    {"lookups", {"lookup.done", "lookup.exact", "lookup.hops.p50", "lookup.hops.p99"}},
    {"lookup time", {"lookup.time.p50", "lookup.time.p90", "lookup.time.p99", "lookup.time.max"}},
    {"tasks", {"tasks.offered", "tasks.accepted", "tasks.declined", ""}},
    {"calls", {"calls.started", "calls.committed", "calls.found", "calls.lost", "calls.in_doubt"}},
    {"write", {"write.success", "write.attempts.p50", "write.attempts.p99", ""}},
    {"write time", {"write.time.p50", "write.time.p90", "write.time.p99", "write.time.max"}},
    {"read time", {"read.time.p50", "read.time.p90", "read.time.p99", "read.time.max"}},
    {"actions",
     {"actions.begun", "actions.committed", "actions.refused", "actions.unfinished", ""}},
    {"action time", {"action.time.p50", "action.time.p90", "action.time.p99", "action.time.max"}},
    {"rings",
     {"rings.overlap.mean", "rings.overlap.min", "rings.sampled.overlap.mean", "rings.depth.p50",
      ""}},
    {"ring blocks",
     {"rings.holders.count", "rings.holders.min", "rings.coverage", "rings.thin", "rings.lost"}},
    {"cluster cache",
     {"cache.hits", "cache.misses", "cache.coverage", "cache.let_go", "cache.refusals"}},
    {"messages", {"network.sent", "network.delivered", "network.dropped", "network.bytes"}},
    {"overlay",
     {"routing.components", "routing.degree.p50", "routing.diameter", "routing.clustering"}},
};

std::string Table(const Metrics& metrics) {
  std::string text;
  for (const Row& row : kRows) {
    std::string line;
    bool happened = false;
    for (const std::string_view name : row.metrics) {
      const std::optional<int64_t> value = name.empty() ? std::nullopt : metrics.Value(name);
      if (!value.has_value()) continue;
      happened = happened || *value != 0;
      std::string_view last = name.substr(name.find('.') + 1);
      // The label already says "time" in front of "time.p50".
      const std::string_view word = last.substr(0, last.find('.'));
      if (row.label.ends_with(word) && word.size() < last.size())
        last.remove_prefix(word.size() + 1);
      line += absl::StrFormat("  %s %s", std::string(last), ValueText(*value, UnitOfMetric(name)));
    }
    if (happened) text += absl::StrFormat("%-15s%s\n", std::string(row.label), line);
  }
  return text;
}

}  // namespace

std::string_view NameOf(NetworkSpec::Model model) {
  switch (model) {
    case NetworkSpec::Model::kFixed:
      return "fixed";
    case NetworkSpec::Model::kUniform:
      return "uniform";
    case NetworkSpec::Model::kMatrix:
      return "matrix";
    case NetworkSpec::Model::kRegions:
      return "regions";
  }
  return "?";
}

std::string ValueText(int64_t value, std::string_view unit) {
  const auto number = static_cast<double>(value);
  if (unit == "us") return absl::StrFormat("%.3f s", number / 1e6);
  if (unit == "ppm") return absl::StrFormat("%.2f %%", number / 1e4);
  if (unit == "bytes") return absl::StrFormat("%.1f MiB", number / (1 << 20));
  return absl::StrFormat("%d", value);
}

std::string FirstLine(const Scenario& scenario) {
  return absl::StrFormat(
      "%s  hash %s  seed %d  build %s  peers %d  model %s  crypto %s", scenario.name,
      core::ToHex(scenario.hash), scenario.seed, std::string(SourceVersion()), scenario.PeerCount(),
      std::string(NameOf(scenario.network.model)), scenario.modelled_crypto ? "modelled" : "real");
}

std::string ResultText(const Session& session, const ReportPlace& place) {
  const Statistics statistics = session.world().statistics();
  NextCommands next;
  if (!place.folder.empty()) {
    next.repro = place.program + " replay " + place.folder + "/capsule.json";
    next.shrink = place.program + " shrink " + place.folder + "/capsule.json";
  }
  std::string text = VerdictText(session.outcome(), session.checkers(), next);
  text += Table(session.metrics());
  text += absl::StrFormat(
      "run              %s simulated  %.1f s wall  %d threads  %d events  %.0f deliveries/s\n",
      ClockText(session.result().ended), place.wall_seconds, session.threads(), statistics.events,
      static_cast<double>(statistics.deliveries) / std::max(place.wall_seconds, 0.001));
  text += absl::StrFormat(
      "memory           %d bytes per peer after 1 s, %d at the end (counted by the allocator)\n",
      session.memory().idle, session.memory().end);
  if (session.result().interrupted)
    text += "interrupted      what follows holds for the part that ran\n";
  if (!place.folder.empty()) {
    text += absl::StrFormat(
        "files            %s/{summary.json,metrics.csv,timeline.csv,capsule.json%s}\n",
        place.folder, place.traced ? ",trace.jsonl" : "");
  }
  return text + "fingerprint " + core::ToHex(session.result().fingerprint) + "\n";
}

}  // namespace sim
