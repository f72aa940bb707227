// orbsim sweep: one scenario under many seeds and settings, a run per thread, resumable; which runs failed, and how, in one table.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"

#include "sim/observe/file_out.h"
#include "sim/observe/metric_table.h"
#include "sim/scenario/fault_list.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/session.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/report.h"

namespace sim {
namespace {

// What the options say, checked.
struct Prepared {
  ScenarioSource source;
  SweepPlan plan;
  std::vector<std::string> metrics;
  Scenario scenario;  // Of no point in particular.
};

std::vector<std::string> FaultKinds(const Scenario& scenario) {
  std::vector<std::string> kinds;
  for (const Fault& fault : scenario.faults) kinds.emplace_back(NameOf(fault.kind));
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

SweepRun ResultOf(const SweepCell& cell, const Session& session,
                  const std::vector<std::string>& metrics) {
  SweepRun run;
  run.cell = cell;
  run.exit = session.outcome().exit;
  run.signature = SignatureOf(session);
  run.faults = FaultKinds(session.scenario());
  run.fingerprint = core::ToHex(session.result().fingerprint);
  for (const Judgement& judgement : session.outcome().judgements) {
    if (judgement.fails_run) run.failed.push_back(judgement.name);
  }
  for (const Checker* checker : session.checkers()) {
    if (checker->verdict() == Verdict::kVacuous) run.vacuous.emplace_back(checker->info().id);
  }
  for (const std::string& metric : metrics) {
    if (const auto value = session.metrics().Value(metric)) run.metrics[metric] = *value;
  }
  return run;
}

core::StatusOr<SweepRun> RunCell(const Prepared& sweep, const SweepCell& cell,
                                 const std::atomic<bool>* stop_flag) {
  ASSIGN_OR_RETURN(Scenario scenario, Load(SourceOf(sweep.source, sweep.plan.axes, cell)));
  Session session(std::move(scenario), {1, 0, WorldTime::Never(), stop_flag});
  RETURN_IF_ERROR(session.Run());
  return ResultOf(cell, session, sweep.metrics);
}

// The cells that are left, handed out to threads in order; what they found, collected.
class Sweeping {
 public:
  Sweeping(const Prepared& sweep, bool fail_fast, std::vector<SweepCell> left, SweepLedger& ledger,
           Console& console)
      : sweep_(sweep),
        fail_fast_(fail_fast),
        ledger_(ledger),
        console_(console),
        cells_(std::move(left)),
        countdown_(console.error, console.terminal, cells_.size()) {}

  [[nodiscard]] core::Status Run(int threads) {
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back([this] { Work(); });
    for (std::thread& worker : workers) worker.join();
    countdown_.Clear();
    return error_;
  }

 private:
  [[nodiscard]] bool IsOver() const {
    return stop_ || (console_.stop_flag != nullptr && *console_.stop_flag);
  }

  void Work() {
    for (;;) {
      const size_t index = next_++;
      if (index >= cells_.size() || IsOver()) return;
      const auto run = RunCell(sweep_, cells_[index], console_.stop_flag);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (run.ok() && IsOver()) return;  // Perhaps cut short: it happens again.
      Note(run);
    }
  }

  void Note(const core::StatusOr<SweepRun>& run) {
    if (error_.ok()) error_ = run.ok() ? ledger_.Append(*run) : run.status();
    const bool failed = run.ok() && run->exit != ExitCode::kPass;
    failed_ += failed ? 1 : 0;
    if (!error_.ok() || (fail_fast_ && failed)) stop_ = true;
    countdown_.Show(++done_, failed_);
  }

  const Prepared& sweep_;
  bool fail_fast_;
  SweepLedger& ledger_;
  Console& console_;
  std::vector<SweepCell> cells_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // Over what follows, and the ledger.
  Countdown countdown_;
  uint64_t done_ = 0;
  uint64_t failed_ = 0;
  core::Status error_;
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
  sweep.source = options.scenario;
  ASSIGN_OR_RETURN(sweep.plan, PlanOf(options));
  ASSIGN_OR_RETURN(sweep.scenario, Load(options.scenario));
  ASSIGN_OR_RETURN(sweep.metrics, MetricsOf(options, sweep.scenario));
  SweepPlan points = sweep.plan;
  points.seeds.count = 1;
  points.shard = {};
  for (const SweepCell& point : CellsOf(points)) {
    RETURN_IF_ERROR(Load(SourceOf(options.scenario, points.axes, point)).status());
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
  if (const core::Status written = WriteFileWhole(table, CsvText(runs, axes, sweep.metrics));
      !written.ok()) {
    return Complain(console, written, ExitCode::kInternal);
  }
  console.out << EndsText(runs, axes, sweep.source, console.program)
              << absl::StrFormat("%8d  of %d runs\n", runs.size(), cells.size())
              << GridText(runs, axes, sweep.metrics) << CoverageText(runs)
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
  if (const core::Status made = MakeFolder(folder); !made.ok()) return Complain(console, made);
  auto ledger = SweepLedger::Open(folder + "/runs.jsonl", sweep->scenario, sweep->plan.axes);
  if (!ledger.ok()) return Complain(console, ledger.status());
  const std::vector<SweepCell> cells = CellsOf(sweep->plan);
  std::vector<SweepCell> left;
  for (const SweepCell& cell : cells) {
    if (!ledger->runs().contains(cell)) left.push_back(cell);
  }
  const int threads = ThreadsOrAll(options.threads);
  console.out << absl::StrFormat("%s  hash %s  runs %d  %d are done  %d threads  %s\n",
                                 sweep->scenario.name, core::ToHex(sweep->scenario.hash),
                                 cells.size(), cells.size() - left.size(), threads,
                                 folder + "/runs.jsonl")
              << std::flush;
  Sweeping sweeping(*sweep, options.fail_fast, std::move(left), *ledger, console);
  const core::Status swept = sweeping.Run(threads);
  if (!swept.ok()) return Complain(console, swept, ExitCode::kInternal);
  return Report(*sweep, cells, *ledger, folder, console);
}

}  // namespace sim
