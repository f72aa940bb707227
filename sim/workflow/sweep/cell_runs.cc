#include "sim/workflow/sweep/cell_runs.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "sim/network/swarm.h"
#include "sim/observe/coverage.h"
#include "sim/observe/probes.h"
#include "sim/scenario/fault_list.h"
#include "sim/workflow/jobs.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/session.h"
#include "sim/workflow/sweep/signature.h"

namespace sim {
namespace {

std::vector<std::string> FaultKinds(const Scenario& scenario) {
  std::vector<std::string> kinds;
  for (const Fault& fault : scenario.faults) kinds.emplace_back(NameOf(fault.kind));
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

SweepRun ResultOf(const SweepCell& cell, const Session& session, const Probes& probes,
                  const std::vector<std::string>& metrics) {
  SweepRun run;
  run.probes = probes.Reached();
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

}  // namespace

// Of the runs under way, under one lock.
struct CellRuns::Progression {
  std::mutex mutex;
  Countdown countdown;
  uint64_t done = 0;
  uint64_t failed = 0;
  bool over = false;
  core::Status error = {};
};

// The chain takes further runs; the first one's world is gone by then.
core::StatusOr<SweepRun> CellRuns::Run(const SweepCell& cell) const {
  ASSIGN_OR_RETURN(Scenario loaded, Load(SourceOf(space_.source, space_.axes, cell)));
  const auto scenario = std::make_shared<const Scenario>(WithDrawnFaults(std::move(loaded)));
  ASSIGN_OR_RETURN(Made made, RunOnce(cell, scenario));
  if (!space_.chains || made.broken.empty() || console_.Interrupted()) return std::move(made.run);
  ASSIGN_OR_RETURN(made.run.chain, ChainShapeOf(scenario, made.broken, console_));
  made.run.signature = WithChain(made.run.signature, made.run.chain);
  return std::move(made.run);
}

core::StatusOr<CellRuns::Made> CellRuns::RunOnce(
    const SweepCell& cell, const std::shared_ptr<const Scenario>& scenario) const {
  Session session(scenario, {1, 0, WorldTime::Never(), console_.stop_flag});
  const Probes* probes = session.observers().Add(std::make_unique<Probes>());
  const Coverage* coverage = nullptr;
  if (space_.features)
    coverage = session.observers().Add(std::make_unique<Coverage>(session.checkers()));
  RETURN_IF_ERROR(session.Run());
  Made made{ResultOf(cell, session, *probes, space_.metrics), {}};
  if (coverage != nullptr) made.run.features = FeaturesText(coverage->features());
  if (const Checker* first = FirstBroken(session)) made.broken = first->info().id;
  return made;
}

core::Status CellRuns::Make(const std::vector<SweepCell>& cells, int threads) {
  std::vector<SweepCell> left;
  for (const SweepCell& cell : cells) {
    if (!ledger_.runs().contains(cell)) left.push_back(cell);
  }
  Progression at{.mutex = {}, .countdown = {console_.error, console_.terminal, left.size()}};
  RunJobs(left.size(), threads, [&](size_t index) {
    if (console_.Interrupted()) return false;
    const auto run = Run(left[index]);
    const std::lock_guard<std::mutex> lock(at.mutex);
    // One that Ctrl-C or the end of all cut short happens again.
    if (at.over || console_.Interrupted()) return false;
    if (at.error.ok()) at.error = run.ok() ? ledger_.Append(*run) : run.status();
    const bool failed = run.ok() && run->exit != ExitCode::kPass;
    at.failed += failed ? 1 : 0;
    at.over = !at.error.ok() || (fail_fast_ && failed);
    at.countdown.Show(++at.done, at.failed);
    return !at.over;
  });
  at.countdown.Clear();
  ended_ = ended_ || at.over || console_.Interrupted();
  return at.error;
}

}  // namespace sim
