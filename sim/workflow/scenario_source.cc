#include "sim/workflow/scenario_source.h"

#include "sim/scenario/loader.h"
#include "sim/workflow/file_kind.h"

namespace sim {

core::StatusOr<Scenario> Load(const ScenarioSource& source) {
  LoadOptions options{source.overrides, RunVocabulary(), source.plant};
  if (source.seed.has_value()) options.overrides.emplace_back("seed", std::to_string(*source.seed));
  auto scenario = LoadScenario(source.file, options);
  if (!scenario.ok()) return NotThatKind(scenario.status(), source.file, "scenario");
  return scenario;
}

}  // namespace sim
