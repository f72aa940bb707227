// orbsim sweep: one scenario under many seeds, a run per thread, resumable; which failed, and how, in one table.
#include <atomic>
#include <map>
#include <mutex>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/session.h"
#include "sim/workflow/sweep_ledger.h"

namespace sim {
namespace {

core::StatusOr<SweepRun> RunSeed(const SweepOptions& options, uint64_t seed,
                                 const std::atomic<bool>* stop_flag) {
  ScenarioSource source = options.scenario;
  source.seed = seed;
  ASSIGN_OR_RETURN(Scenario scenario, Load(source));
  Session session(std::move(scenario), {1, 0, WorldTime::Never(), stop_flag});
  std::ostringstream nowhere;
  Progress progress(nowhere, false, session.scenario().duration);
  RETURN_IF_ERROR(session.Run(progress));
  SweepRun run{seed, session.outcome().exit, {}, core::ToHex(session.result().fingerprint)};
  for (const Judgement& judgement : session.outcome().judgements) {
    if (judgement.fails_run) run.failed.push_back(judgement.name);
  }
  return run;
}

// The seeds that are left, handed out to threads in order; what they found, collected.
class Sweeping {
 public:
  Sweeping(const SweepOptions& options, SweepLedger& ledger, Console& console)
      : options_(options), ledger_(ledger), console_(console) {
    for (uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
      if (!ledger.runs().contains(seed)) seeds_.push_back(seed);
    }
  }

  [[nodiscard]] core::Status Run(int threads) {
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back([this] { Work(); });
    for (std::thread& worker : workers) worker.join();
    if (console_.terminal) console_.error << "\r\033[K";
    return error_;
  }

 private:
  [[nodiscard]] bool IsOver() const {
    return stop_ || (console_.stop_flag != nullptr && *console_.stop_flag);
  }

  void Work() {
    for (;;) {
      const size_t index = next_++;
      if (index >= seeds_.size() || IsOver()) return;
      const auto run = RunSeed(options_, seeds_[index], console_.stop_flag);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (run.ok() && IsOver()) return;  // Perhaps cut short: it happens again.
      Note(run);
    }
  }

  void Note(const core::StatusOr<SweepRun>& run) {
    if (error_.ok()) error_ = run.ok() ? ledger_.Append(*run) : run.status();
    ++done_;
    if (!error_.ok() || (options_.fail_fast && run->exit != ExitCode::kPass)) stop_ = true;
    if (console_.terminal)
      console_.error << absl::StrFormat("\r%d of %d seeds", done_, seeds_.size()) << std::flush;
  }

  const SweepOptions& options_;
  SweepLedger& ledger_;
  Console& console_;
  std::vector<uint64_t> seeds_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // Over what follows, and the ledger.
  size_t done_ = 0;
  core::Status error_;
};

struct Kind {
  uint64_t runs = 0;
  uint64_t first = 0;
};

std::string NameOf(const SweepRun& run) {
  if (run.exit == ExitCode::kPass) return "pass";
  return absl::StrFormat("exit %d %s", static_cast<int>(run.exit), absl::StrJoin(run.failed, ", "));
}

// One line for each way in which runs ended, with the first seed that did.
ExitCode Report(const SweepOptions& options, const SweepLedger& ledger, Console& console) {
  std::map<std::string, Kind> kinds;
  uint64_t runs = 0;
  ExitCode worst = ExitCode::kPass;
  for (const auto& [seed, run] : ledger.runs()) {
    if (seed < options.first || seed >= options.first + options.seeds) continue;
    ++runs;
    Kind& kind = kinds[NameOf(run)];
    if (kind.runs++ == 0) kind.first = seed;
    const bool worse = run.exit == ExitCode::kSafety || worst == ExitCode::kPass;
    if (worst != ExitCode::kSafety && worse) worst = run.exit;
  }
  for (const auto& [name, kind] : kinds) {
    console.out << absl::StrFormat("%8d  %s\n", kind.runs, name);
    if (name == "pass") continue;
    console.out << "  repro   " << console.program << " run "
                << ArgumentsOf(options.scenario, kind.first) << "\n";
  }
  console.out << absl::StrFormat("%8d  of %d seeds\n", runs, options.seeds);
  if (worst == ExitCode::kPass && runs < options.seeds) return ExitCode::kUnfinished;
  return worst;
}

}  // namespace

ExitCode Sweep(const SweepOptions& options, Console& console) {
  const auto scenario = Load(options.scenario);
  if (!scenario.ok()) return Complain(console, scenario.status());
  const std::string folder =
      options.out.empty() ? "results/" + scenario->name + "/sweep" : options.out;
  if (const core::Status made = MakeFolder(folder); !made.ok()) return Complain(console, made);
  auto ledger = SweepLedger::Open(folder + "/runs.jsonl", *scenario);
  if (!ledger.ok()) return Complain(console, ledger.status());
  const int threads = ThreadsOrAll(options.threads);
  console.out << absl::StrFormat("%s  hash %s  seeds %d to %d  %d are done  %d threads  %s\n",
                                 scenario->name, core::ToHex(scenario->hash), options.first,
                                 options.first + options.seeds - 1, ledger->runs().size(), threads,
                                 folder + "/runs.jsonl")
              << std::flush;
  const core::Status swept = Sweeping(options, *ledger, console).Run(threads);
  if (!swept.ok()) return Complain(console, swept, ExitCode::kInternal);
  return Report(options, *ledger, console);
}

}  // namespace sim
