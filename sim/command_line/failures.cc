// shrink, explain, odds, travel, diff: from a run that failed to its cause.
#include <iostream>
#include <memory>

#include <unistd.h>

#include "sim/command_line/command.h"
#include "sim/command_line/shared_options.h"

namespace sim {

Command AddShrink(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "shrink", "a smaller capsule that fails the same check: fewer faults, peers, operations");
  auto options = std::make_shared<ShrinkOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run that failed")->required();
  app->add_option("--out", options->out, "the smaller capsule, default FILE.shrunk.json");
  app->add_option("--check", options->check,
                  "the check that goes on failing, default: the one that the capsule names");
  AddJobs(*app, options->jobs);
  app->add_option("--seeds", options->seeds, "tried for each candidate, default 4")
      ->check(CLI::Range(1, 1000));
  app->add_flag("--force", options->force, "replace the files that are there");
  app->add_flag("--anyway", options->anyway, "take a capsule of another build");
  return {app, [options](Console& console) { return Shrink(*options, console); }};
}

Command AddExplain(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "explain", "the chain of events that led to a failure, from its capsule");
  auto options = std::make_shared<ExplainOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run")->required();
  app->add_option("--check", options->check,
                  "a check that was violated, default: the one that failed the run");
  app->add_option("--svg", options->svg, "draws a space-time diagram into this file");
  app->add_flag("--force", options->force, "may replace that file");
  auto* alone =
      app->add_flag("--alone", options->alone, "does not look for the nearest run that passes");
  app->add_option("--neighbours", options->neighbours,
                  "tries so many runs for that at most, default: fewer where a run takes long")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes(alone);
  AddThreads(*app, options->threads);
  return {app, [options](Console& console) { return Explain(*options, console); }};
}

Command AddOdds(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "odds", "how likely a failure still was before it, and when it became inevitable");
  auto options = std::make_shared<OddsOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run that failed")->required();
  app->add_option("--check", options->check,
                  "a check that was violated, default: the one that failed the run");
  app->add_option("--within", options->within,
                  "how long after the failure a future's own failure still counts, default 1s");
  app->add_option("--seeds", options->seeds, "other futures at each time, default 20")
      ->check(CLI::Range(1, 100'000));
  AddJobs(*app, options->jobs);
  return {app, [options](Console& console) { return Odds(*options, console); }};
}

Command AddTravel(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "travel", "enters a run at any instant, forwards and backwards, by commands");
  auto options = std::make_shared<TravelOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run")->required();
  app->add_option("--checkpoints", options->checkpoints, "instants kept at most, default 24")
      ->check(CLI::Range(2, 1000));
  app->add_option("--memory", options->memory_mib, "MiB that they take at most, default 2048")
      ->check(CLI::Range(16, 1 << 24));
  return {app, [options](Console& console) {
            options->prompt = isatty(STDIN_FILENO) != 0;
            return Travel(*options, std::cin, console);
          }};
}

Command AddDiff(CLI::App& program) {
  CLI::App* app = program.add_subcommand("diff", "the first event in which two runs part");
  auto options = std::make_shared<DiffOptions>();
  app->add_option("a", options->a, "capsule.json of a run")->required();
  app->add_option("b", options->b, "capsule.json of another, default: the same");
  AddSet(*app, options->overrides);
  app->add_option(
      "--with", options->with,
      "another build of orbsim: what it makes of the capsule, against what this one does");
  AddThreads(*app, options->threads);
  return {app, [options](Console& console) { return Diff(*options, console); }};
}

}  // namespace sim
