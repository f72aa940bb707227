// Scenarios in tests: a vocabulary, and loading from texts instead of files.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "sim/scenario/loader.h"

namespace tests {

[[nodiscard]] inline sim::Vocabulary TestVocabulary() {
  using Kind = sim::OptionName::Kind;
  sim::Vocabulary vocabulary;
  vocabulary.checks = {"MM-1", "MM-2", "RT-1"};
  vocabulary.metrics = {{"match.time.p99", sim::Measure::kDuration},
                        {"match.rate", sim::Measure::kShare},
                        {"bytes.sent", sim::Measure::kSize},
                        {"lookup.hops", std::nullopt}};
  vocabulary.adversaries = {
      {"silent-holder", {}},
      {"lying-holder",
       {{.name = "mode", .kind = Kind::kWord, .words = {"over", "under", "flip"}},
        {.name = "factor", .kind = Kind::kCount, .low = 1, .high = 100, .words = {}},
        {.name = "after", .kind = Kind::kQuantity, .measure = sim::Measure::kDuration, .words = {}},
        {.name = "quiet", .kind = Kind::kFlag, .words = {}},
        {.name = "target", .kind = Kind::kTopic, .words = {}}}}};
  vocabulary.bugs = {"forget-withdraw", "skip-renewal"};
  return vocabulary;
}

using Files = std::map<std::string, std::string>;

[[nodiscard]] inline core::StatusOr<sim::Scenario> LoadText(
    const std::string& text, const Files& files = {},
    std::vector<std::pair<std::string, std::string>> overrides = {}) {
  sim::MapReader reader(files);
  return sim::ParseScenario(text, "scenario.json", {std::move(overrides), TestVocabulary(), {}},
                            reader);
}

// A valid scenario with `more` between the required keys.
[[nodiscard]] inline std::string ScenarioWith(const std::string& more) {
  return R"({"schema": 1, "name": "test", "duration": "10min", )" + more +
         (more.empty() ? "" : ", ") +
         R"("groups": [{"name": "crowd", "count": 90}, {"name": "seekers", "count": 10}]})";
}

// One region with everything that a parameters file must have.
[[nodiscard]] inline std::string ParametersText() {
  return R"({"schema": 1, "regions": [{"name": "here", "share": "60%", "up": "20Mbit/s",
"down": "80Mbit/s"}, {"name": "there", "share": "40%"}], "one_way_us": [[5000, 40000], [41000, 6000]],
"access_us": [0, 1000, 9000], "jitter": {"home": {"quantiles_us": [0, 100, 5000]},
"datacentre": {"quantiles_us": [0, 50]}}, "churn": {"session": {"distribution": "weibull",
"shape": "0.57", "scale": "25h"}, "gap": {"distribution": "exponential", "mean": "1h"}}})";
}

}  // namespace tests
