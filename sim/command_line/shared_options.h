// Options that several commands have, each declared once.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/workflow/scenario_source.h"

namespace sim {

// The scenario file, --set and --plant.
void AddScenario(CLI::App& command, ScenarioSource& scenario);
void AddSeed(CLI::App& command, ScenarioSource& scenario);
void AddSet(CLI::App& command, Overrides& overrides);
void AddPlant(CLI::App& command, std::vector<std::string>& bugs);
// Within one run.
void AddThreads(CLI::App& command, int& threads);
// Runs at a time.
void AddJobs(CLI::App& command, int& jobs);

}  // namespace sim
