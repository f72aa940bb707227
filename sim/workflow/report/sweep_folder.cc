#include "sim/workflow/report/sweep_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "sim/observe/metric_table.h"
#include "sim/observe/probes.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/lines.h"
#include "sim/workflow/report/envelope_file.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/report.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

// What a value of an axis is worth, so that 900 ms stands before 1 s; nothing for a word.
std::optional<int64_t> WorthOf(const std::string& text) {
  for (const Measure measure :
       {Measure::kDuration, Measure::kShare, Measure::kSize, Measure::kRate}) {
    const Quantity quantity = ParseQuantity(text, measure);
    if (quantity.problem == Quantity::Problem::kNone) return quantity.value;
  }
  return ParseDecimal(text, 1'000'000, true);
}

bool IsBefore(const std::string& a, const std::string& b) {
  const auto left = WorthOf(a);
  const auto right = WorthOf(b);
  if (left != right) return left < right;
  return a < b;
}

class SweepColumns {
 public:
  // REQUIRES: the ledger has a header and outlives it.
  explicit SweepColumns(const LedgerContent& ledger) : header_(*ledger.header) {
    for (const auto& [cell, run] : ledger.runs) runs_.push_back(&run);
  }

  [[nodiscard]] Json ToJson() const {
    Json json = {{"scenario", header_.scenario},
                 {"hash", header_.hash},
                 {"build", header_.build},
                 {"runs", runs_.size()},
                 {"axes", AxesJson()}};
    AddColumns(json);
    AddCoverage(json);
    return json;
  }

 private:
  [[nodiscard]] std::vector<std::string> ValuesOf(size_t axis) const {
    std::set<std::string> found;
    for (const SweepRun* run : runs_) found.insert(run->cell.values[axis]);
    std::vector<std::string> values(found.begin(), found.end());
    std::sort(values.begin(), values.end(), IsBefore);
    return values;
  }

  [[nodiscard]] Json AxesJson() const {
    Json axes = Json::array();
    for (size_t axis = 0; axis < header_.vary.size(); ++axis)
      axes.push_back({{"path", header_.vary[axis]}, {"values", ValuesOf(axis)}});
    return axes;
  }

  void AddColumns(Json& json) const {
    std::map<std::string, size_t> signatures;
    std::map<std::string, std::string> chains;  // A signature names its chain.
    std::set<std::string> metrics;
    for (const SweepRun* run : runs_) {
      signatures.emplace(run->signature, 0);
      chains.emplace(run->signature, run->chain);
      for (const auto& [name, value] : run->metrics) metrics.insert(name);
    }
    Json names = Json::array();
    for (auto& [name, index] : signatures) {
      index = names.size();
      names.push_back(name);
    }
    Json columns = {{"seed", Json::array()}, {"exit", Json::array()}, {"signature", Json::array()}};
    for (const SweepRun* run : runs_) {
      columns["seed"].push_back(run->cell.seed);
      columns["exit"].push_back(static_cast<int>(run->exit));
      columns["signature"].push_back(signatures.at(run->signature));
    }
    json["signatures"] = names;
    json["chains"] = Json::array();
    for (const auto& [name, chain] : chains) json["chains"].push_back(chain);
    json["columns"] = columns;
    json["places"] = PlacesJson();
    json["changes"] = ChangesJson();
    json["metrics"] = Json::array();
    for (const std::string& name : metrics) json["metrics"].push_back(MetricJson(name));
  }

  [[nodiscard]] Json MetricJson(const std::string& name) const {
    Json column = Json::array();
    for (const SweepRun* run : runs_) {
      const auto value = run->metrics.find(name);
      column.push_back(value == run->metrics.end() ? Json() : Json(value->second));
    }
    return {{"metric", name}, {"unit", UnitOfMetric(name)}, {"values", column}};
  }

  // What each run sets besides, as --set takes it: those of a guided sweep.
  [[nodiscard]] Json ChangesJson() const {
    Json changes = Json::array();
    for (const SweepRun* run : runs_) {
      changes.push_back(Json::array());
      for (const auto& [path, value] : run->cell.changes)
        changes.back().push_back(path + "=" + value);
    }
    return changes;
  }

  // For each axis, which of its values each run has.
  [[nodiscard]] Json PlacesJson() const {
    Json places = Json::array();
    for (size_t axis = 0; axis < header_.vary.size(); ++axis) {
      const std::vector<std::string> values = ValuesOf(axis);
      Json column = Json::array();
      for (const SweepRun* run : runs_) {
        const auto found = std::find(values.begin(), values.end(), run->cell.values[axis]);
        column.push_back(found - values.begin());
      }
      places.push_back(column);
    }
    return places;
  }

  // In how many runs each thing was.
  void AddCoverage(Json& json) const {
    std::map<std::string, uint64_t> vacuous;
    std::map<std::string, uint64_t> probes;
    std::map<std::string, uint64_t> faults;
    std::map<std::string, uint64_t> pairs;
    for (const SweepRun* run : runs_) {
      for (const std::string& check : run->vacuous) ++vacuous[check];
      for (const std::string& probe : run->probes) ++probes[probe];
      for (const std::string& fault : run->faults) ++faults[fault];
      for (const std::string& pair : PairsOf(run->faults)) ++pairs[pair];
    }
    std::vector<std::string> kinds;
    for (const auto& [kind, count] : faults) kinds.push_back(kind);
    for (const std::string& pair : PairsOf(kinds)) pairs.emplace(pair, 0);  // Never met.
    json["vacuous"] = vacuous;
    json["probes"] = ProbesJson(std::move(probes));
    json["faults"] = faults;
    json["fault_pairs"] = pairs;
    json["news"] = Json::array();
    for (const News& news : NewsOf(runs_))
      json["news"].push_back({{"run", news.run}, {"shown", news.shown}});
  }

  // Those of this build in the order of its table, then what another build called so.
  [[nodiscard]] static Json ProbesJson(std::map<std::string, uint64_t> reached) {
    Json probes = Json::array();
    for (const Probe& probe : ProbeTable()) {
      const std::string name = NameOf(probe);
      probes.push_back(
          {{"probe", name}, {"about", std::string(probe.about)}, {"runs", reached[name]}});
      reached.erase(name);
    }
    for (const auto& [name, runs] : reached)
      probes.push_back({{"probe", name}, {"about", ""}, {"runs", runs}});
    return probes;
  }

  const LedgerHeader& header_;
  SweepRuns runs_;  // In the order of seeds, then of values.
};

}  // namespace

bool IsSweepFolder(const std::string& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(LedgerPath(folder), ignored);
}

core::StatusOr<Json> SweepFolderJson(const std::string& folder, const std::string& program) {
  const std::string path = LedgerPath(folder);
  ASSIGN_OR_RETURN(const LedgerContent ledger, ReadLedger(path));
  if (!ledger.header.has_value())
    return BadLine(path, 1, "no whole line", "a ledger of orbsim sweep");
  Json sweep = SweepColumns(ledger).ToJson();
  ASSIGN_OR_RETURN(sweep["envelope"], EnvelopeFileJson(folder, *ledger.header));
  sweep["folder"] = folder;
  sweep["run"] = program + " run FILE";
  return sweep;
}

}  // namespace sim
