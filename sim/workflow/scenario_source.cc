#include "sim/workflow/scenario_source.h"

#include "sim/scenario/loader.h"

namespace sim {

core::StatusOr<Scenario> Load(const ScenarioSource& source) {
  LoadOptions options{source.overrides, RunVocabulary()};
  if (source.seed.has_value()) options.overrides.emplace_back("seed", std::to_string(*source.seed));
  std::string planted;
  for (const std::string& bug : source.plant)
    planted += (planted.empty() ? "\"" : ",\"") + bug + "\"";
  if (!planted.empty()) options.overrides.emplace_back("plant", "[" + planted + "]");
  return LoadScenario(source.file, options);
}

}  // namespace sim
