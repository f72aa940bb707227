// run, check, replay, determinism, list: one run, and what there is to run.
#include <memory>

#include "sim/command_line/command.h"
#include "sim/command_line/shared_options.h"

namespace sim {

Command AddRun(CLI::App& program) {
  CLI::App* app = program.add_subcommand("run", "one run of a scenario");
  auto options = std::make_shared<RunOptions>();
  AddScenario(*app, options->scenario);
  AddSeed(*app, options->scenario);
  AddThreads(*app, options->threads);
  app->add_option("--shards", options->shards, "default: chosen by size; never changes the result")
      ->check(CLI::Range(0, 4096));
  app->add_option("--until", options->until, "stop earlier, for example 90s");
  app->add_option("--out", options->out, "run directory, default results/NAME[+BUG]/SEED");
  app->add_flag("--json", options->json, "print summary.json instead of text");
  app->add_flag("--watch", options->watch, "a live table, where standard error is a terminal");
  app->add_option("--trace", options->trace, "trace.jsonl in the run directory")
      ->check(CLI::IsMember({"none", "decisions", "messages", "full"}));
  return {app, [options](Console& console) { return Run(*options, console); }};
}

Command AddCheck(CLI::App& program) {
  CLI::App* app = program.add_subcommand("check", "validate scenario files");
  auto files = std::make_shared<std::vector<std::string>>();
  app->add_option("files", *files, "scenario files")->required();
  return {app, [files](Console& console) { return Check(*files, console); }};
}

Command AddReplay(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "replay", "the same run again, from the capsule alone; or a peer, from its flight recorder");
  auto options = std::make_shared<ReplayOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run, or a recording")->required();
  app->add_option("--until", options->until, "stop earlier, for example 90s");
  app->add_option("--peer", options->peer,
                  "narrate what this peer does; of a recording, what concerns this contact");
  app->add_flag("--verbose", options->verbose,
                "narrate decisions of all peers; of a recording, everything");
  app->add_flag("--state", options->state,
                "what --peer is at --until, or at the end, instead of what it did");
  app->add_flag("--debugger", options->debugger,
                "on one thread, where tools/gdb/orbsim.py can stop it at a peer and an instant");
  app->add_option("--tell", options->tell, "for another build: what happens, line by line as JSON")
      ->check(CLI::IsMember({"events", "checkpoints"}));
  app->add_option("--from", options->from, "what --tell begins with, for example 80s");
  AddThreads(*app, options->threads);
  return {app, [options](Console& console) { return Replay(*options, console); }};
}

Command AddDeterminism(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("determinism", "two runs under hostile variation must agree");
  auto scenario = std::make_shared<ScenarioSource>();
  AddScenario(*app, *scenario);
  AddSeed(*app, *scenario);
  return {app, [scenario](Console& console) { return Determinism(*scenario, console); }};
}

Command AddList(CLI::App& program) {
  CLI::App* app = program.add_subcommand("list", "what there is, one line each");
  auto what = std::make_shared<std::string>();
  app->add_option("what", *what,
                  "one of scenarios, checks, faults, models, metrics, adversaries, bugs, probes")
      ->check(CLI::IsMember(
          {"scenarios", "checks", "faults", "models", "metrics", "adversaries", "bugs", "probes"}));
  return {app, [what](Console& console) { return List(*what, console); }};
}

}  // namespace sim
