// The command line of orbsim: each function adds one command to the program, with its options, and says what it executes. What the
// commands do is sim/workflow; what their options mean for scripts is docs/commands.md.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "sim/workflow/commands.h"

namespace sim {

struct Command {
  const CLI::App* app;  // Parsed: this command was chosen.
  std::function<ExitCode(Console&)> execute;
};

Command AddRun(CLI::App& program);
Command AddCheck(CLI::App& program);
Command AddReplay(CLI::App& program);
Command AddDeterminism(CLI::App& program);
Command AddList(CLI::App& program);

Command AddSweep(CLI::App& program);
Command AddEnvelope(CLI::App& program);
Command AddExplore(CLI::App& program);
Command AddCheckHistory(CLI::App& program);
Command AddReport(CLI::App& program);

Command AddShrink(CLI::App& program);
Command AddExplain(CLI::App& program);
Command AddOdds(CLI::App& program);
Command AddDiff(CLI::App& program);
Command AddTravel(CLI::App& program);

Command AddExport(CLI::App& program);

}  // namespace sim
