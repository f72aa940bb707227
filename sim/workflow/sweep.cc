// orbsim sweep: one scenario under many seeds and settings, a run per thread, resumable; which runs failed, and how, in one table.
#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"

#include "sim/observe/file_out.h"
#include "sim/observe/metric_table.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/session.h"
#include "sim/workflow/sweep/capsules.h"
#include "sim/workflow/sweep/cell_runs.h"
#include "sim/workflow/sweep/guidance.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/report.h"

namespace sim {
namespace {

constexpr uint64_t kGuidedMax = 200'000;  // Each has its features in memory.

// What the options say, checked.
struct Prepared {
  CellSpace space;
  SweepPlan plan;
  Scenario scenario;  // Of no point in particular.
  std::string folder;
  int threads = 1;
};

// What comes next depends on all runs before it, and on nothing but the seeds.
core::Status CheckGuided(const SweepOptions& options, const SweepPlan& plan) {
  if (plan.shard.count > 1) {
    return core::InvalidArgument(
        "--shard: found \"" + options.shard +
        "\" with --guided, allowed 1/1: what was found elsewhere would not guide it. Give each "
        "machine seeds and a folder of its own, such as --seeds 1001..2000");
  }
  if (!plan.axes.empty()) {
    return core::InvalidArgument("--vary: found \"" + options.vary.front() +
                                 "\" with --guided, allowed one point: name it with --set");
  }
  if (plan.seeds.count <= kGuidedMax) return core::Status();
  return core::InvalidArgument("--seeds: found " + std::to_string(plan.seeds.count) +
                               " runs with --guided, allowed " + std::to_string(kGuidedMax));
}

core::StatusOr<SweepPlan> PlanOf(const SweepOptions& options) {
  SweepPlan plan;
  ASSIGN_OR_RETURN(plan.seeds, ParseSeeds(options.seeds));
  ASSIGN_OR_RETURN(plan.shard, ParseShard(options.shard));
  for (const std::string& text : options.vary) {
    ASSIGN_OR_RETURN(Axis axis, ParseAxis(text));
    plan.axes.push_back(std::move(axis));
  }
  RETURN_IF_ERROR(Check(plan));
  if (options.guided) RETURN_IF_ERROR(CheckGuided(options, plan));
  return plan;
}

core::StatusOr<std::vector<std::string>> MetricsOf(const SweepOptions& options,
                                                   const Scenario& scenario) {
  std::vector<std::string> metrics;
  const auto add = [&](const std::string& name) {
    if (std::find(metrics.begin(), metrics.end(), name) == metrics.end()) metrics.push_back(name);
  };
  for (const Expectation& expected : scenario.expect) {
    if (!expected.metric.empty()) add(expected.metric);
  }
  const std::vector<std::string> known = MetricNames();
  for (const std::string& name : options.metrics) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return core::InvalidArgument("--metric: found \"" + name +
                                   "\", allowed what `orbsim list metrics` names");
    }
    add(name);
  }
  return metrics;
}

// Every point of the grid is loaded once before the first run: a value that is not allowed must not show itself hours later.
core::StatusOr<Prepared> Prepare(const SweepOptions& options) {
  Prepared sweep;
  ASSIGN_OR_RETURN(sweep.plan, PlanOf(options));
  sweep.space = {ReadOnce(options.scenario), sweep.plan.axes, {}, options.guided, true};
  ASSIGN_OR_RETURN(sweep.scenario, Load(sweep.space.source));
  sweep.threads = ThreadsOrAll(options.threads);
  sweep.folder = options.out;
  if (sweep.folder.empty())
    sweep.folder = ResultsOf(sweep.scenario) + (options.guided ? "/guided" : "/sweep");
  ASSIGN_OR_RETURN(sweep.space.metrics, MetricsOf(options, sweep.scenario));
  SweepPlan points = sweep.plan;
  points.seeds.count = 1;
  points.shard = {};
  for (const SweepCell& point : CellsOf(points)) {
    RETURN_IF_ERROR(Load(SourceOf(sweep.space.source, points.axes, point)).status());
  }
  return sweep;
}

// The runs of the plan that the ledger has; what it has besides was asked for another time.
SweepRuns AskedFor(const std::vector<SweepCell>& cells, const SweepLedger& ledger) {
  SweepRuns runs;
  for (const SweepCell& cell : cells) {
    const auto found = ledger.runs().find(cell);
    if (found != ledger.runs().end()) runs.push_back(&found->second);
  }
  return runs;
}

// Runs that were planned, in this order, and what is to be said of them besides.
struct Swept {
  std::vector<SweepCell> cells;
  std::string guided = {};
};

// A generation after the other, until all are made or it is ended early. Errors: those of guidance and of the runs.
core::StatusOr<Swept> MakeGuided(const Prepared& sweep, const GuidedPlan& plan, CellRuns& runs,
                                 const SweepLedger& ledger) {
  const Variations variations(sweep.space.source, sweep.scenario);
  Guidance guidance(plan, variations);
  Swept swept;
  while (!runs.Ended()) {
    ASSIGN_OR_RETURN(const std::vector<SweepCell> generation, guidance.Next());
    if (generation.empty()) break;
    swept.cells.insert(swept.cells.end(), generation.begin(), generation.end());
    RETURN_IF_ERROR(runs.Make(generation, sweep.threads));
    if (!runs.Ended()) RETURN_IF_ERROR(guidance.Learn(AskedFor(generation, ledger)));
  }
  swept.guided = guidance.Text();
  return swept;
}

core::StatusOr<Swept> MakeAll(std::vector<SweepCell> cells, int threads, CellRuns& runs) {
  RETURN_IF_ERROR(runs.Make(cells, threads));
  return Swept{std::move(cells)};
}

ExitCode Report(const Prepared& sweep, const Swept& swept, const SweepLedger& ledger,
                Console& console) {
  const SweepRuns runs = AskedFor(swept.cells, ledger);
  const uint64_t wanted = CountOf(sweep.plan);
  const auto& axes = sweep.plan.axes;
  const std::string table = sweep.folder + "/table.csv";
  if (const core::Status written = WriteFileWhole(table, CsvText(runs, axes, sweep.space.metrics));
      !written.ok()) {
    return Complain(console, written, ExitCode::kInternal);
  }
  std::string capsules;
  if (sweep.space.features) {
    const auto written = WriteCapsules(sweep.space, swept.cells, runs, sweep.folder, console);
    if (!written.ok()) return Conclude(console, written.status());
    capsules = *written;
  }
  console.out << EndsText(runs, axes, sweep.space.source, console.program)
              << absl::StrFormat("%8d  of %d runs\n", runs.size(), wanted)
              << GridText(runs, axes, sweep.space.metrics) << CoverageText(runs) << swept.guided
              << capsules << "files     " + sweep.folder + "/{runs.jsonl,table.csv}\n";
  const ExitCode worst = WorstOf(runs);
  return worst == ExitCode::kPass && runs.size() < wanted ? ExitCode::kUnfinished : worst;
}

}  // namespace

ExitCode Sweep(const SweepOptions& options, Console& console) {
  const auto sweep = Prepare(options);
  if (!sweep.ok()) return Complain(console, sweep.status());
  auto ledger = SweepLedger::Open(sweep->folder, HeaderOf(sweep->scenario, sweep->plan.axes, true));
  if (!ledger.ok()) return Complain(console, ledger.status());
  std::vector<SweepCell> cells;  // A guided sweep plans them as it goes.
  if (!options.guided) cells = CellsOf(sweep->plan);
  const size_t done = options.guided ? ledger->runs().size() : AskedFor(cells, *ledger).size();
  console.out << absl::StrFormat("%s  hash %s  runs %d  %d are done  %d threads  %s\n",
                                 sweep->scenario.name, core::ToHex(sweep->scenario.hash),
                                 CountOf(sweep->plan), done, sweep->threads, ledger->path())
              << std::flush;
  CellRuns runs(sweep->space, *ledger, console);
  if (options.fail_fast) runs.FailFast();
  const GuidedPlan guided{sweep->plan.seeds, options.fresh};
  const auto swept = options.guided ? MakeGuided(*sweep, guided, runs, *ledger)
                                    : MakeAll(std::move(cells), sweep->threads, runs);
  if (!swept.ok()) return Conclude(console, swept.status());
  return Report(*sweep, *swept, *ledger, console);
}

}  // namespace sim
