// orbsim: runs scenario files over the production core. The commands are sim/workflow; this file is
// their command line.
#include <atomic>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include "sim/workflow/commands.h"

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

void AddSet(CLI::App& command, sim::Overrides& overrides) {
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

struct Line {
  sim::RunOptions run;
  std::vector<std::string> check;
  sim::ReplayOptions replay;
  sim::ScenarioSource determinism;
  sim::ExplainOptions explain;
  sim::DiffOptions diff;
  sim::SweepOptions sweep;
  sim::ShrinkOptions shrink;
  sim::ExploreOptions explore;
  sim::CheckHistoryOptions history;
  std::string list;
};

void AddRun(CLI::App& app, Line& line) {
  CLI::App* run = app.add_subcommand("run", "one run of a scenario");
  run->add_option("file", line.run.scenario.file, "scenario file")->required();
  run->add_option("--seed", line.run.scenario.seed, "overrides the scenario's seed");
  AddSet(*run, line.run.scenario.overrides);
  AddPlant(*run, line.run.scenario.plant);
  run->add_option("--threads", line.run.threads,
                  "default: one per processor; never changes the result")
      ->check(CLI::Range(0, 256));
  run->add_option("--shards", line.run.shards, "default: chosen by size; never changes the result")
      ->check(CLI::Range(0, 4096));
  run->add_option("--until", line.run.until, "stop earlier, for example 90s");
  run->add_option("--out", line.run.out, "run directory, default results/NAME[+BUG]/SEED");
  run->add_flag("--json", line.run.json, "print summary.json instead of text");
  run->add_option("--trace", line.run.trace, "trace.jsonl in the run directory")
      ->check(CLI::IsMember({"none", "decisions", "messages", "full"}));
}

void AddOthers(CLI::App& app, Line& line) {
  CLI::App* check = app.add_subcommand("check", "validate scenario files");
  check->add_option("files", line.check, "scenario files")->required();

  CLI::App* replay = app.add_subcommand(
      "replay", "the same run again, from the capsule alone; or a peer, from its flight recorder");
  replay->add_option("file", line.replay.capsule, "capsule.json of a run, or a recording")
      ->required();
  replay->add_option("--until", line.replay.until, "stop earlier, for example 90s");
  replay->add_option("--peer", line.replay.peer,
                     "narrate what this peer does; of a recording, what concerns this contact");
  replay->add_flag("--verbose", line.replay.verbose,
                   "narrate decisions of all peers; of a recording, everything");
  replay->add_option("--threads", line.replay.threads, "never changes the result")
      ->check(CLI::Range(0, 256));

  CLI::App* determinism =
      app.add_subcommand("determinism", "two runs under hostile variation must agree");
  determinism->add_option("file", line.determinism.file, "scenario file")->required();
  determinism->add_option("--seed", line.determinism.seed, "overrides the scenario's seed");
  AddSet(*determinism, line.determinism.overrides);

  CLI::App* list = app.add_subcommand("list", "what there is, one line each");
  list->add_option("what", line.list,
                   "one of scenarios, checks, faults, models, metrics, adversaries, bugs")
      ->check(CLI::IsMember(
          {"scenarios", "checks", "faults", "models", "metrics", "adversaries", "bugs"}));
}

void AddExplain(CLI::App& app, Line& line) {
  CLI::App* explain =
      app.add_subcommand("explain", "the chain of events that led to a failure, from its capsule");
  explain->add_option("file", line.explain.capsule, "capsule.json of a run")->required();
  explain->add_option("--check", line.explain.check,
                      "a check that was violated, default: the one that failed the run");
  explain->add_option("--svg", line.explain.svg, "draws a space-time diagram into this file");
  explain->add_flag("--force", line.explain.force, "may replace that file");
  explain->add_option("--threads", line.explain.threads, "never changes the result")
      ->check(CLI::Range(0, 256));
}

void AddDiff(CLI::App& app, Line& line) {
  CLI::App* diff = app.add_subcommand("diff", "the first event in which two runs part");
  diff->add_option("a", line.diff.a, "capsule.json of a run")->required();
  diff->add_option("b", line.diff.b, "capsule.json of another, default: the same");
  AddSet(*diff, line.diff.overrides);
  diff->add_option("--threads", line.diff.threads, "never changes the result")
      ->check(CLI::Range(0, 256));
}

void AddSweep(CLI::App& app, Line& line) {
  CLI::App* sweep =
      app.add_subcommand("sweep", "a scenario under many seeds and settings; goes on where it was");
  sweep->add_option("file", line.sweep.scenario.file, "scenario file")->required();
  AddSet(*sweep, line.sweep.scenario.overrides);
  AddPlant(*sweep, line.sweep.scenario.plant);
  sweep->add_option("--seeds", line.sweep.seeds,
                    "how many, from seed 1 on, or a range such as 5..20; default 100");
  sweep
      ->add_option("--vary", line.sweep.vary,
                   "a setting takes one value after the other: path=value,value,...")
      ->allow_extra_args(false);
  sweep->add_option("--shard", line.sweep.shard, "only part I of N of the runs: I/N");
  sweep
      ->add_option("--metric", line.sweep.metrics,
                   "a column of table.csv, besides the metrics that the scenario expects "
                   "something of: a name of `orbsim list metrics`")
      ->allow_extra_args(false);
  sweep
      ->add_option("--jobs,--threads", line.sweep.threads,
                   "runs at a time, default: one per processor")
      ->check(CLI::Range(0, 256));
  sweep->add_flag("--fail-fast", line.sweep.fail_fast, "ends with the first run that fails");
  sweep->add_option("--out", line.sweep.out, "folder of runs.jsonl, default results/NAME/sweep");
}

void AddShrink(CLI::App& app, Line& line) {
  CLI::App* shrink = app.add_subcommand(
      "shrink", "a smaller capsule that fails the same check: fewer faults, peers, operations");
  shrink->add_option("file", line.shrink.capsule, "capsule.json of a run that failed")->required();
  shrink->add_option("--out", line.shrink.out, "the smaller capsule, default FILE.shrunk.json");
  shrink->add_option("--check", line.shrink.check,
                     "the check that goes on failing, default: the one that the capsule names");
  shrink
      ->add_option("--jobs,--threads", line.shrink.jobs,
                   "runs at a time, default: one per processor; never changes the outcome")
      ->check(CLI::Range(0, 256));
  shrink->add_option("--seeds", line.shrink.seeds, "tried for each candidate, default 4")
      ->check(CLI::Range(1, 1000));
  shrink->add_flag("--force", line.shrink.force, "replace the files that are there");
  shrink->add_flag("--anyway", line.shrink.anyway, "take a capsule of another build");
}

void AddExplore(CLI::App& app, Line& line) {
  CLI::App* explore = app.add_subcommand(
      "explore", "every order of messages, crashes and timeouts of a small scenario, up to bounds");
  explore->add_option("file", line.explore.scenario.file, "scenario file, at most 16 peers")
      ->required();
  explore->add_option("--seed", line.explore.scenario.seed, "overrides the scenario's seed");
  AddSet(*explore, line.explore.scenario.overrides);
  sim::Bounds& bounds = line.explore.bounds;
  explore->add_option("--depth", bounds.depth, "moves of one schedule that are chosen, default 200")
      ->check(CLI::Range(1, 10000));
  explore
      ->add_option("--deviations", bounds.deviations,
                   "of one schedule, from the order of sending, default 2")
      ->check(CLI::Range(0, 10000));
  explore->add_option("--crashes", bounds.crashes, "of one schedule, default 0")
      ->check(CLI::Range(0, 4));
  explore->add_option("--timeouts", bounds.timeouts, "waits for a deadline, default 0")
      ->check(CLI::Range(0, 100));
  explore->add_option("--worlds", bounds.worlds, "gives up after so many, default 10000000")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 40));
}

void AddCheckHistory(CLI::App& app, Line& line) {
  CLI::App* history =
      app.add_subcommand("check-history", "is a history of calls linearizable or serializable?");
  history->add_option("file", line.history.file, "one JSON object per line")->required();
  history->add_option("--model", line.history.model, "what was called, default register")
      ->check(CLI::IsMember({"register", "kv", "block", "transactions"}));
  history
      ->add_option("--budget", line.history.budget,
                   "configurations that the search may visit for each key, default 4000000")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 40));
}

sim::ExitCode Execute(const CLI::App& app, const Line& line, sim::Console& console) {
  if (app.got_subcommand("run")) return sim::Run(line.run, console);
  if (app.got_subcommand("check")) return sim::Check(line.check, console);
  if (app.got_subcommand("replay")) return sim::Replay(line.replay, console);
  if (app.got_subcommand("explain")) return sim::Explain(line.explain, console);
  if (app.got_subcommand("diff")) return sim::Diff(line.diff, console);
  if (app.got_subcommand("determinism")) return sim::Determinism(line.determinism, console);
  if (app.got_subcommand("sweep")) return sim::Sweep(line.sweep, console);
  if (app.got_subcommand("shrink")) return sim::Shrink(line.shrink, console);
  if (app.got_subcommand("explore")) return sim::Explore(line.explore, console);
  if (app.got_subcommand("check-history")) return sim::CheckHistory(line.history, console);
  return sim::List(line.list, console);
}

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
  CLI::App app{"orbsim: a deterministic simulator of peer-to-peer elections", "orbsim"};
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of all commands");
  Line line;
  AddRun(app, line);
  AddOthers(app, line);
  AddExplain(app, line);
  AddDiff(app, line);
  AddSweep(app, line);
  AddShrink(app, line);
  AddExplore(app, line);
  AddCheckHistory(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(sim::ExitCode::kBadInput);
  }
  InstallSignals();
  sim::Console console{std::cout, std::cerr, argv[0], isatty(STDERR_FILENO) != 0, &stop_requested};
  return static_cast<int>(Execute(app, line, console));
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
