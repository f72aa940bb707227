// orbsim: runs scenario files over the production core.
#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include "sim/command_line/command.h"

namespace {

// Set by Ctrl-C: the run ends at its next window and writes what it has.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): a signal's function gets no context.
std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signals{0};

// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// Some senders signal twice (the process and its group): only the third says "at once".
void RequestStop(int) {
  stop_requested = true;
  if (++stop_signals >= 3) _exit(static_cast<int>(sim::ExitCode::kUnfinished));
}

// A failed CHECK aborts; scripts see the documented code.
void ExitInternal(int) {
  _exit(static_cast<int>(sim::ExitCode::kInternal));
}

void InstallSignals() {
  struct sigaction stop {};

  stop.sa_handler = RequestStop;
  sigaction(SIGINT, &stop, nullptr);
  sigaction(SIGTERM, &stop, nullptr);

  struct sigaction crash {};

  crash.sa_handler = ExitInternal;
  sigaction(SIGABRT, &crash, nullptr);
}

int Main(int argc, char** argv) {
  CLI::App program{"orbsim: a deterministic simulator of peer-to-peer elections", "orbsim"};
  program.require_subcommand(1);
  program.set_help_all_flag("--help-all", "help of all commands");
  std::vector<sim::Command> commands;
  for (const auto add : {sim::AddRun, sim::AddCheck, sim::AddReplay, sim::AddTravel,
                         sim::AddDeterminism, sim::AddSweep, sim::AddEnvelope, sim::AddShrink,
                         sim::AddExplain, sim::AddOdds, sim::AddDiff, sim::AddExport,
                         sim::AddReport, sim::AddExplore, sim::AddCheckHistory, sim::AddList}) {
    commands.push_back(add(program));
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : static_cast<int>(sim::ExitCode::kBadInput);
  }
  InstallSignals();
  sim::Console console{std::cout, std::cerr, argv[0], isatty(STDERR_FILENO) != 0, &stop_requested};
  const auto chosen = std::find_if(commands.begin(), commands.end(),
                                   [](const sim::Command& each) { return each.app->parsed(); });
  return static_cast<int>(chosen->execute(console));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "orbsim: internal error: " << error.what() << "\n";
    return static_cast<int>(sim::ExitCode::kInternal);
  }
}
