#include "sim/workflow/report/sweep_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "sim/observe/file_out.h"
#include "sim/observe/metric_table.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/report/lines.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

struct SweptRun {
  int64_t exit = 0;
  std::string signature;
  std::vector<std::string> vacuous;
  std::vector<std::string> faults;
  std::map<std::string, int64_t> metrics;
};

struct Key {
  uint64_t seed = 0;
  std::vector<std::string> values;  // In the order of the axes.

  friend auto operator<=>(const Key&, const Key&) = default;
};

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

bool Take(const nlohmann::json& line, const char* name, std::vector<std::string>& into) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_array()) return false;
  for (const auto& item : *found) {
    if (!item.is_string()) return false;
    into.push_back(item.get<std::string>());
  }
  return true;
}

class LedgerReader {
 public:
  explicit LedgerReader(std::string path) : path_(std::move(path)) {}

  core::Status Read() {
    ASSIGN_OR_RETURN(const bool torn, EndsTorn());
    size_t lines = 0;
    RETURN_IF_ERROR(ForEachLine(path_, [&](const std::string&, size_t number) {
      lines = number;
      return core::Status();
    }));
    RETURN_IF_ERROR(ForEachLine(path_, [&](const std::string& line, size_t number) {
      return torn && number == lines ? core::Status() : TakeLine(line, number);
    }));
    if (header_.is_object()) return core::Status();
    return BadLine(path_, 1, "an empty file", "a ledger of orbsim sweep");
  }

  [[nodiscard]] Json ToJson() const {
    Json json = {{"scenario", header_["scenario"]},
                 {"hash", header_["hash"]},
                 {"build", header_["build"]},
                 {"runs", runs_.size()},
                 {"axes", AxesJson()}};
    AddColumns(json);
    AddCoverage(json);
    return json;
  }

 private:
  [[nodiscard]] core::StatusOr<bool> EndsTorn() const {
    ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path_));
    return !text.empty() && text.back() != '\n';
  }

  core::Status TakeLine(const std::string& line, size_t number) {
    ASSIGN_OR_RETURN(const nlohmann::json object, ObjectOf(path_, line, number));
    if (object.contains("hash")) return TakeHeader(object, number);
    if (!header_.is_object())
      return BadLine(path_, number, "no header", "a ledger of orbsim sweep");
    Key key;
    SweptRun run;
    if (!TakeRun(object, key, run))
      return BadLine(path_, number, "no run of this sweep", "a ledger of orbsim sweep");
    runs_[std::move(key)] = std::move(run);
    return core::Status();
  }

  core::Status TakeHeader(const nlohmann::json& header, size_t number) {
    if (header_.is_object()) {
      if (header == header_) return core::Status();
      return BadLine(path_, number, "runs of " + header.dump(), "those of " + header_.dump());
    }
    for (const char* key : {"scenario", "hash", "build"}) {
      if (!header.value(key, nlohmann::json()).is_string())
        return BadLine(path_, number, std::string("no text as ") + key, "a ledger of orbsim sweep");
    }
    if (!Take(header, "vary", axes_))
      return BadLine(path_, number, "no list as vary", "a ledger of orbsim sweep");
    header_ = header;
    return core::Status();
  }

  [[nodiscard]] bool TakeRun(const nlohmann::json& line, Key& key, SweptRun& run) const {
    const auto exit = line.find("exit");
    const auto seed = line.find("seed");
    const auto set = line.find("set");
    const auto signature = line.find("signature");
    const auto metrics = line.find("metrics");
    if (exit == line.end() || !exit->is_number_integer() || seed == line.end() ||
        !seed->is_number_unsigned() || set == line.end() || !set->is_object() ||
        signature == line.end() || !signature->is_string() || metrics == line.end() ||
        !metrics->is_object()) {
      return false;
    }
    key.seed = *seed;
    for (const std::string& axis : axes_) {
      const auto value = set->find(axis);
      if (value == set->end() || !value->is_string()) return false;
      key.values.push_back(*value);
    }
    for (const auto& [name, value] : metrics->items()) {
      if (!value.is_number_integer()) return false;
      run.metrics[name] = value;
    }
    run.exit = *exit;
    run.signature = *signature;
    return Take(line, "vacuous", run.vacuous) && Take(line, "faults", run.faults);
  }

  [[nodiscard]] std::vector<std::string> ValuesOf(size_t axis) const {
    std::set<std::string> found;
    for (const auto& [key, run] : runs_) found.insert(key.values[axis]);
    std::vector<std::string> values(found.begin(), found.end());
    std::sort(values.begin(), values.end(), IsBefore);
    return values;
  }

  [[nodiscard]] Json AxesJson() const {
    Json axes = Json::array();
    for (size_t axis = 0; axis < axes_.size(); ++axis)
      axes.push_back({{"path", axes_[axis]}, {"values", ValuesOf(axis)}});
    return axes;
  }

  void AddColumns(Json& json) const {
    std::map<std::string, size_t> signatures;
    std::set<std::string> metrics;
    for (const auto& [key, run] : runs_) {
      signatures.emplace(run.signature, 0);
      for (const auto& [name, value] : run.metrics) metrics.insert(name);
    }
    Json names = Json::array();
    for (auto& [name, index] : signatures) {
      index = names.size();
      names.push_back(name);
    }
    Json columns = {{"seed", Json::array()}, {"exit", Json::array()}, {"signature", Json::array()}};
    for (const auto& [key, run] : runs_) {
      columns["seed"].push_back(key.seed);
      columns["exit"].push_back(run.exit);
      columns["signature"].push_back(signatures.at(run.signature));
    }
    Json values = Json::array();
    for (const std::string& name : metrics) {
      Json column = Json::array();
      for (const auto& [key, run] : runs_) {
        const auto value = run.metrics.find(name);
        column.push_back(value == run.metrics.end() ? Json() : Json(value->second));
      }
      values.push_back({{"metric", name}, {"unit", UnitOfMetric(name)}, {"values", column}});
    }
    json["signatures"] = names;
    json["columns"] = columns;
    json["places"] = PlacesJson();
    json["metrics"] = values;
  }

  // For each axis, which of its values each run has.
  [[nodiscard]] Json PlacesJson() const {
    Json places = Json::array();
    for (size_t axis = 0; axis < axes_.size(); ++axis) {
      const std::vector<std::string> values = ValuesOf(axis);
      Json column = Json::array();
      for (const auto& [key, run] : runs_) {
        const auto found = std::find(values.begin(), values.end(), key.values[axis]);
        column.push_back(found - values.begin());
      }
      places.push_back(column);
    }
    return places;
  }

  void AddCoverage(Json& json) const {
    std::map<std::string, uint64_t> vacuous;
    std::map<std::string, uint64_t> faults;
    for (const auto& [key, run] : runs_) {
      for (const std::string& check : run.vacuous) ++vacuous[check];
      for (const std::string& fault : run.faults) ++faults[fault];
    }
    json["vacuous"] = vacuous;
    json["faults"] = faults;
  }

  std::string path_;
  nlohmann::json header_;
  std::vector<std::string> axes_;
  std::map<Key, SweptRun> runs_;
};

}  // namespace

bool IsSweepFolder(const std::string& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder + "/runs.jsonl", ignored);
}

core::StatusOr<Json> SweepFolderJson(const std::string& folder, const std::string& program) {
  LedgerReader reader(folder + "/runs.jsonl");
  RETURN_IF_ERROR(reader.Read());
  Json sweep = reader.ToJson();
  sweep["folder"] = folder;
  sweep["run"] = program + " run FILE";
  return sweep;
}

}  // namespace sim
