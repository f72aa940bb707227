// sweep, envelope, explore, check-history: what holds in many runs, in all orders of one, and in what clients saw of any.
#include <memory>

#include "sim/command_line/command.h"
#include "sim/command_line/shared_options.h"

namespace sim {

Command AddSweep(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "sweep", "a scenario under many seeds and settings; goes on where it was");
  auto options = std::make_shared<SweepOptions>();
  AddScenario(*app, options->scenario);
  app->add_option("--seeds", options->seeds,
                  "how many, from seed 1 on, or a range such as 5..20; default 100");
  app->add_option("--vary", options->vary,
                  "a setting takes one value after the other: path=value,value,...")
      ->allow_extra_args(false);
  app->add_option("--shard", options->shard, "only part I of N of the runs: I/N");
  app->add_option("--metric", options->metrics,
                  "a column of table.csv, besides the metrics that the scenario expects "
                  "something of: a name of `orbsim list metrics`")
      ->allow_extra_args(false);
  AddJobs(*app, options->threads);
  app->add_flag("--fail-fast", options->fail_fast, "ends with the first run that fails");
  CLI::Option* guided = app->add_flag(
      "--guided", options->guided,
      "what runs showed decides which come next: other seeds, other futures of the runs that "
      "showed something rare, other faults");
  app->add_option("--fresh", options->fresh,
                  "of a hundred runs of a guided sweep so many take the next seed, default 25")
      ->check(CLI::Range(0, 100))
      ->needs(guided);
  app->add_option("--out", options->out,
                  "folder of runs.jsonl, default results/NAME/sweep, guided results/NAME/guided");
  return {app, [options](Console& console) { return Sweep(*options, console); }};
}

Command AddEnvelope(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "envelope", "how far one setting can be pushed before the scenario fails");
  auto options = std::make_shared<EnvelopeOptions>();
  AddScenario(*app, options->scenario);
  app->add_option("--axis", options->axis, "the setting: a path such as network.loss")->required();
  app->add_option("--from", options->from, "where the scenario passes, such as 0%")->required();
  app->add_option("--to", options->to,
                  "where it may fail, such as 60%; the last digit of either is the step")
      ->required();
  app->add_option("--seeds", options->seeds,
                  "at each value: how many, or a range such as 5..20; default 20");
  app->add_option("--expect", options->expect,
                  "a check or metric that must not fail, default: the run must pass");
  app->add_option("--at", options->at, "the operating point, default: the scenario's own value");
  AddJobs(*app, options->jobs);
  app->add_option("--out", options->out, "folder of runs.jsonl, default results/NAME/envelope");
  return {app, [options](Console& console) { return FindEnvelope(*options, console); }};
}

Command AddExplore(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "explore", "every order of messages, crashes and timeouts of a small scenario, up to bounds");
  auto options = std::make_shared<ExploreOptions>();
  AddScenario(*app, options->scenario);
  AddSeed(*app, options->scenario);
  Bounds& bounds = options->bounds;
  app->add_option("--depth", bounds.depth, "moves of one schedule that are chosen, default 200")
      ->check(CLI::Range(1, 10000));
  app->add_option("--deviations", bounds.deviations,
                  "of one schedule, from the order of sending, default 2")
      ->check(CLI::Range(0, 10000));
  app->add_option("--crashes", bounds.crashes, "of one schedule, default 0")
      ->check(CLI::Range(0, 4));
  app->add_option("--timeouts", bounds.timeouts, "waits for a deadline, default 0")
      ->check(CLI::Range(0, 100));
  app->add_option("--worlds", bounds.worlds, "gives up after so many, default 10000000")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 40));
  return {app, [options](Console& console) { return Explore(*options, console); }};
}

Command AddCheckHistory(CLI::App& program) {
  CLI::App* app = program.add_subcommand("check-history",
                                         "is a history of calls linearizable or serializable?");
  auto options = std::make_shared<CheckHistoryOptions>();
  app->add_option("file", options->file, "one JSON object per line")->required();
  app->add_option("--model", options->model, "what was called, default register")
      ->check(CLI::IsMember({"register", "kv", "block", "transactions"}));
  app->add_option("--budget", options->budget,
                  "configurations that the search may visit for each key, default 4000000")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 40));
  return {app, [options](Console& console) { return CheckHistory(*options, console); }};
}

}  // namespace sim
