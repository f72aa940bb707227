#include "tests/conformance/runs.h"

#include <map>

#include <gtest/gtest.h>

#include "sim/workflow/scenario_source.h"
#include "tests/conformance/body.h"

namespace conformance {

sim::Scenario LoadScenario(const std::string& name, const Changes& changes) {
  const std::string file = std::string(ORBWEAVER_SOURCE_DIR) + "/tests/conformance/scenarios/";
  auto scenario = sim::Load({.file = file + name + ".json", .overrides = changes});
  EXPECT_TRUE(scenario.ok()) << core::MessageOf(scenario.status());
  if (!scenario.ok()) return {};
  EXPECT_EQ(Joined(Obstacles(*scenario)), "");
  return *std::move(scenario);
}

const Played& Play(const std::string& name) {
  static std::map<std::string, Played> runs;
  const auto [entry, fresh] = runs.try_emplace(name);
  Played& played = entry->second;
  if (!fresh) return played;
  played.scenario = LoadScenario(name);
  auto simulated = Simulate(played.scenario);
  EXPECT_TRUE(simulated.ok()) << core::MessageOf(simulated.status());
  if (!simulated.ok()) return played;
  played.simulated = *std::move(simulated);
  NodeArm nodes(played.scenario, played.simulated.cast);
  played.real = nodes.Run(played.simulated.account);
  played.tapes = nodes.tapes();
  return played;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace conformance
