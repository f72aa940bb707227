#include "sim/workflow/scenario_source.h"

#include <string_view>

#include "sim/scenario/loader.h"
#include "sim/workflow/file_kind.h"

namespace sim {
namespace {

std::string Quoted(const std::string& text) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) c == '\'' ? quoted += R"('\'')" : quoted += c;
  return quoted + "'";
}

}  // namespace

ScenarioSource ReadOnce(ScenarioSource source) {
  source.files = std::make_shared<OnceReader>();
  return source;
}

core::StatusOr<Scenario> Load(const ScenarioSource& source) {
  LoadOptions options{source.overrides, RunVocabulary(), source.plant};
  if (source.seed.has_value()) options.overrides.emplace_back("seed", std::to_string(*source.seed));
  auto scenario = source.files == nullptr ? LoadScenario(source.file, options)
                                          : LoadScenario(source.file, options, *source.files);
  if (!scenario.ok()) return NotThatKind(scenario.status(), source.file, "scenario");
  return scenario;
}

std::string ResultsOf(const Scenario& scenario) {
  std::string folder = "results/" + scenario.name;
  for (const std::string& bug : scenario.plant) folder += "+" + bug;
  return folder;
}

std::string ArgumentsOf(const ScenarioSource& source, uint64_t seed) {
  std::string text = Quoted(source.file) + " --seed " + std::to_string(seed);
  for (const auto& [path, value] : source.overrides) text += " --set " + Quoted(path + "=" + value);
  for (const std::string& bug : source.plant) text += " --plant " + Quoted(bug);
  return text;
}

}  // namespace sim
