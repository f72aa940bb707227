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
#include "sim/workflow/sweep/cell_runs.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/report.h"

namespace sim {
namespace {

// What the options say, checked.
struct Prepared {
  CellSpace space;
  SweepPlan plan;
  Scenario scenario;  // Of no point in particular.
};

core::StatusOr<SweepPlan> PlanOf(const SweepOptions& options) {
  SweepPlan plan;
  ASSIGN_OR_RETURN(plan.seeds, ParseSeeds(options.seeds));
  ASSIGN_OR_RETURN(plan.shard, ParseShard(options.shard));
  for (const std::string& text : options.vary) {
    ASSIGN_OR_RETURN(Axis axis, ParseAxis(text));
    plan.axes.push_back(std::move(axis));
  }
  RETURN_IF_ERROR(Check(plan));
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
  sweep.space = {ReadOnce(options.scenario), sweep.plan.axes};
  ASSIGN_OR_RETURN(sweep.scenario, Load(sweep.space.source));
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

ExitCode Report(const Prepared& sweep, const std::vector<SweepCell>& cells,
                const SweepLedger& ledger, const std::string& folder, Console& console) {
  const SweepRuns runs = AskedFor(cells, ledger);
  const auto& axes = sweep.plan.axes;
  const std::string table = folder + "/table.csv";
  if (const core::Status written = WriteFileWhole(table, CsvText(runs, axes, sweep.space.metrics));
      !written.ok()) {
    return Complain(console, written, ExitCode::kInternal);
  }
  console.out << EndsText(runs, axes, sweep.space.source, console.program)
              << absl::StrFormat("%8d  of %d runs\n", runs.size(), cells.size())
              << GridText(runs, axes, sweep.space.metrics) << CoverageText(runs)
              << "files     " + folder + "/{runs.jsonl,table.csv}\n";
  const ExitCode worst = WorstOf(runs);
  return worst == ExitCode::kPass && runs.size() < cells.size() ? ExitCode::kUnfinished : worst;
}

}  // namespace

ExitCode Sweep(const SweepOptions& options, Console& console) {
  const auto sweep = Prepare(options);
  if (!sweep.ok()) return Complain(console, sweep.status());
  const std::string folder =
      options.out.empty() ? ResultsOf(sweep->scenario) + "/sweep" : options.out;
  auto ledger = SweepLedger::Open(folder, sweep->scenario, sweep->plan.axes);
  if (!ledger.ok()) return Complain(console, ledger.status());
  const std::vector<SweepCell> cells = CellsOf(sweep->plan);
  const int threads = ThreadsOrAll(options.threads);
  console.out << absl::StrFormat("%s  hash %s  runs %d  %d are done  %d threads  %s\n",
                                 sweep->scenario.name, core::ToHex(sweep->scenario.hash),
                                 cells.size(), AskedFor(cells, *ledger).size(), threads,
                                 ledger->path())
              << std::flush;
  CellRuns runs(sweep->space, *ledger, console);
  if (options.fail_fast) runs.FailFast();
  const core::Status swept = runs.Make(cells, threads);
  if (!swept.ok()) return Complain(console, swept, ExitCode::kInternal);
  return Report(*sweep, cells, *ledger, folder, console);
}

}  // namespace sim
