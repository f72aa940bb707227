#include "sim/workflow/scenario_source.h"

#include "sim/scenario/loader.h"
#include "sim/workflow/file_kind.h"

namespace sim {

core::StatusOr<Scenario> Load(const ScenarioSource& source) {
  LoadOptions options{source.overrides, RunVocabulary()};
  if (source.seed.has_value()) options.overrides.emplace_back("seed", std::to_string(*source.seed));
  std::string planted;
  for (const std::string& bug : source.plant)
    planted += (planted.empty() ? "\"" : ",\"") + bug + "\"";
  if (!planted.empty()) options.overrides.emplace_back("plant", "[" + planted + "]");
  auto scenario = LoadScenario(source.file, options);
  if (!scenario.ok()) return NotThatKind(scenario.status(), source.file, "scenario");
  return scenario;
}

}  // namespace sim
