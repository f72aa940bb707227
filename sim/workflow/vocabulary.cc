// The names that scenario files may use, from the tables of the layers that define them.
#include <string_view>

#include "absl/strings/str_split.h"

#include "sim/observe/checkers/registry.h"
#include "sim/observe/metric_table.h"
#include "sim/workflow/scenario_source.h"
#include "sim/world/adversaries/roles.h"
#include "sim/world/planted/planted_bugs.h"

namespace sim {
namespace {

std::optional<Measure> MeasureOf(std::string_view unit) {
  if (unit == "us") return Measure::kDuration;
  if (unit == "ppm") return Measure::kShare;
  if (unit == "bytes") return Measure::kSize;
  return std::nullopt;
}

OptionName OptionOf(const RoleOption& option) {
  OptionName name;
  name.name = option.name;
  name.kind = option.words.empty() ? OptionName::Kind::kCount : OptionName::Kind::kWord;
  name.low = option.least;
  name.high = option.most;
  if (!option.words.empty())
    name.words = absl::StrSplit(absl::string_view(option.words.data(), option.words.size()), '|');
  return name;
}

}  // namespace

Vocabulary RunVocabulary() {
  Vocabulary vocabulary;
  for (const CheckInfo& check : CheckTable()) vocabulary.checks.emplace_back(check.id);
  for (const std::string& metric : MetricNames())
    vocabulary.metrics.push_back({metric, MeasureOf(UnitOfMetric(metric))});
  for (const RoleInfo& role : RoleTable()) {
    AdversaryName adversary{std::string(role.name), {}};
    for (const RoleOption& option : role.options) adversary.options.push_back(OptionOf(option));
    vocabulary.adversaries.push_back(std::move(adversary));
  }
  for (const PlantedBug& bug : PlantedBugs()) vocabulary.bugs.emplace_back(bug.name);
  return vocabulary;
}

}  // namespace sim
