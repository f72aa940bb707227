#include "sim/command_line/shared_options.h"

#include <utility>

namespace sim {
namespace {

// "network.loss=1%" as (path, value). CLI11 shows the thrown text and exits with the code for bad
// input.
std::pair<std::string, std::string> Assignment(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw CLI::ValidationError(
        "--set", "found \"" + text + "\", allowed path=value, for example network.loss=1%");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace

void AddScenario(CLI::App& command, ScenarioSource& scenario) {
  command.add_option("file", scenario.file, "scenario file")->required();
  AddSet(command, scenario.overrides);
  AddPlant(command, scenario.plant);
}

void AddSeed(CLI::App& command, ScenarioSource& scenario) {
  command.add_option("--seed", scenario.seed, "overrides the scenario's seed");
}

void AddSet(CLI::App& command, Overrides& overrides) {
  command
      .add_option_function<std::vector<std::string>>(
          "--set",
          [&overrides](const std::vector<std::string>& items) {
            for (const std::string& item : items) overrides.push_back(Assignment(item));
          },
          "override a value of the scenario: path=value")
      ->allow_extra_args(false);
}

void AddPlant(CLI::App& command, std::vector<std::string>& bugs) {
  command.add_option("--plant", bugs, "plant a bug: a name of `orbsim list bugs`")
      ->allow_extra_args(false);
}

void AddThreads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "default: one per processor; never changes the result")
      ->check(CLI::Range(0, 256));
}

void AddJobs(CLI::App& command, int& jobs) {
  command
      .add_option("--jobs,--threads", jobs,
                  "runs at a time, default: one per processor; never changes the outcome")
      ->check(CLI::Range(0, 256));
}

}  // namespace sim
