// Binding of distributions, churn and the file of fitted parameters.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/json_reader.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

constexpr int64_t kAll = 1'000'000;
constexpr Duration kChurnMin = core::Milliseconds(1);

std::vector<int64_t> Numbers(const JsonValue& list) {
  std::vector<int64_t> numbers;
  numbers.reserve(list.items.size());
  for (const JsonValue& item : list.items) numbers.push_back(item.number);
  return numbers;
}

// Quantiles ascend, or the table is no distribution.
std::vector<int64_t> Ascending(const JsonValue& object, std::string_view key,
                               const std::string& path, Findings& findings) {
  const JsonValue* list = Good(object, key);
  if (list == nullptr) return {};
  std::vector<int64_t> numbers = Numbers(*list);
  const auto drop = std::is_sorted_until(numbers.begin(), numbers.end());
  if (drop != numbers.end()) {
    const auto index = static_cast<size_t>(drop - numbers.begin());
    findings.Add({list->items[index].at, Join(Join(path, key), index),
                  absl::StrCat(*drop, " after ", *std::prev(drop)), "numbers that ascend", ""});
  }
  return numbers;
}

std::vector<int64_t> Trace(const JsonValue& value, const std::string& path, Binding& binding) {
  const JsonValue* file = Good(value, "file");
  if (file == nullptr) return {};
  const std::string key = Join(path, "file");
  const auto content = binding.composer.ReadData(file->text, file->at, key);
  if (!content.has_value()) return {};
  binding.scenario.data_files[file->text] = *content;
  const uint32_t source =
      binding.composer.AddSource(binding.composer.ShownName(file->text), FolderOf(file->text));
  return ParseTrace(*content, source, key, binding.findings);
}

void CheckUniform(const JsonValue& value, const Distribution& distribution, const std::string& path,
                  Findings& findings) {
  const JsonValue* high = Good(value, "high");
  if (high == nullptr || Good(value, "low") == nullptr) return;
  if (distribution.low <= distribution.high) return;
  findings.Add({high->at, Join(path, "high"), DescribeValue(*high), "at least \"low\"", ""});
}

// A peer that comes and goes without time passing would stop the clock.
void CheckChurnTimes(const Distribution& distribution, const JsonValue& value,
                     const std::string& path, Findings& findings) {
  const bool by_low = distribution.kind == Distribution::Kind::kFixed ||
                      distribution.kind == Distribution::Kind::kUniform;
  const auto& listed = distribution.quantiles_us;
  Duration smallest = by_low ? distribution.low : distribution.scale;
  if (!listed.empty()) smallest = {*std::max_element(listed.begin(), listed.end())};
  if (smallest >= kChurnMin) return;
  findings.Add({value.at, path, "times below 1ms", "times of at least 1ms", ""});
}

class ParametersReader {
 public:
  ParametersReader(const JsonValue& value, Binding& binding) : value_(value), binding_(binding) {}

  NetworkParameters Run() {
    ReadRegions();
    ReadDelays();
    parameters_.access_us = Ascending(value_, "access_us", "", binding_.findings);
    if (const JsonValue* jitter = Good(value_, "jitter")) {
      parameters_.home = Quantiles(*jitter, "home");
      parameters_.datacentre = Quantiles(*jitter, "datacentre");
    }
    if (const JsonValue* churn = Good(value_, "churn")) {
      parameters_.churn = BindChurn(*churn, "churn", binding_);
    }
    return std::move(parameters_);
  }

 private:
  void ReadRegions() {
    const JsonValue* regions = Good(value_, "regions");
    if (regions == nullptr) return;
    uint64_t sum = 0;
    for (const JsonValue& item : regions->items) {
      Region region;
      Read(item, "name", region.name);
      Read(item, "share", region.share_ppm);
      Read(item, "up", region.up_bits_per_s);
      Read(item, "down", region.down_bits_per_s);
      sum += region.share_ppm;
      parameters_.regions.push_back(std::move(region));
    }
    if (sum == kAll) return;
    binding_.findings.Add(
        {regions->at, "regions",
         "shares that sum to " + FormatQuantity(static_cast<int64_t>(sum), Measure::kShare),
         "shares that sum to 100%", ""});
  }

  void ReadDelays() {
    const JsonValue* grid = Good(value_, "one_way_us");
    if (grid == nullptr) return;
    if (grid->items.size() != parameters_.regions.size()) {
      binding_.findings.Add({grid->at, "one_way_us", absl::StrCat(grid->items.size(), " rows"),
                             absl::StrCat(parameters_.regions.size(), " rows, one per region"),
                             ""});
    }
    for (const JsonValue& line : grid->items) {
      for (const JsonValue& item : line.items) {
        parameters_.one_way_us.push_back(static_cast<uint32_t>(item.number));
      }
    }
  }

  Distribution Quantiles(const JsonValue& jitter, std::string_view key) {
    Distribution distribution;
    distribution.kind = Distribution::Kind::kTable;
    if (const JsonValue* table = Good(jitter, key)) {
      distribution.quantiles_us =
          Ascending(*table, "quantiles_us", Join("jitter", key), binding_.findings);
    }
    return distribution;
  }

  const JsonValue& value_;
  Binding& binding_;
  NetworkParameters parameters_;
};

std::optional<NetworkParameters> LoadParameters(const std::string& name, FilePosition at,
                                                const std::string& path, Binding& binding) {
  const auto content = binding.composer.ReadData(name, at, path);
  if (!content.has_value()) return std::nullopt;
  binding.scenario.data_files[name] = *content;
  const uint32_t source =
      binding.composer.AddSource(binding.composer.ShownName(name), FolderOf(name));
  auto value = ReadJson(*content, {source, 1, 1}, binding.findings);
  if (!value.has_value()) return std::nullopt;
  if (value->kind != JsonValue::Kind::kObject) {
    binding.findings.Add({value->at, "", DescribeValue(*value), "an object", ""});
    return std::nullopt;
  }
  Conform(*value, kParametersTable, "", {binding.findings, binding.composer.folders()});
  return ParametersReader(*value, binding).Run();
}

// The file that the words refer to, as network.parameters says it.
std::string ParametersName(const JsonValue& top) {
  const JsonValue* network = Good(top, "network");
  if (network == nullptr) return "data/eight_regions.json";
  if (const JsonValue* named = Good(*network, "parameters")) return named->text;
  const JsonValue* latency = Good(*network, "latency");
  const JsonValue* model = latency == nullptr ? nullptr : Good(*latency, "model");
  const JsonValue* file = latency == nullptr ? nullptr : Good(*latency, "file");
  if (model != nullptr && model->text == "regions" && file != nullptr) return file->text;
  return "data/eight_regions.json";
}

}  // namespace

Distribution BindDistribution(const JsonValue& value, const std::string& path, Binding& binding) {
  Distribution distribution;
  const JsonValue* kind = Good(value, "distribution");
  if (kind == nullptr) return distribution;
  distribution.kind = static_cast<Distribution::Kind>(kind->number);
  Read(value, "value", distribution.low);
  Read(value, "low", distribution.low);
  Read(value, "high", distribution.high);
  Read(value, "mean", distribution.scale);
  Read(value, "scale", distribution.scale);
  Read(value, "median", distribution.scale);
  Read(value, "shape", distribution.shape_ppm);
  Read(value, "sigma", distribution.shape_ppm);
  CheckUniform(value, distribution, path, binding.findings);
  if (distribution.kind == Distribution::Kind::kTable) {
    distribution.quantiles_us = Ascending(value, "quantiles_us", path, binding.findings);
  }
  if (distribution.kind == Distribution::Kind::kTrace) {
    distribution.quantiles_us = Trace(value, path, binding);
  }
  return distribution;
}

ChurnSpec BindChurn(const JsonValue& value, const std::string& path, Binding& binding) {
  ChurnSpec churn;
  churn.on = true;
  Read(value, "wipe", churn.wipe);
  const auto part = [&](std::string_view key, Distribution& field) {
    const JsonValue* member = Good(value, key);
    if (member == nullptr) return;
    const size_t before = binding.findings.size();
    field = BindDistribution(*member, Join(path, key), binding);
    const bool conformed = std::all_of(member->items.begin(), member->items.end(),
                                       [](const JsonValue& item) { return item.good; });
    if (conformed && Good(*member, "distribution") != nullptr &&
        binding.findings.size() == before) {
      CheckChurnTimes(field, *member, Join(path, key), binding.findings);
    }
  };
  part("session", churn.session);
  part("gap", churn.gap);
  return churn;
}

const NetworkParameters* ParametersFor(const JsonValue& top, FilePosition at,
                                       const std::string& path, Binding& binding) {
  if (!binding.parameters.has_value()) {
    binding.parameters = LoadParameters(ParametersName(top), at, path, binding);
  }
  return binding.parameters->has_value() ? &**binding.parameters : nullptr;
}

}  // namespace sim
