// orbsim determinism: two runs under hostile variation must agree; if not, the first differing event is named.
//
//   run    threads   shards   fresh memory is filled with
//   first  1         1        what the allocator leaves
//   second 5         7        0x5a (freed memory: 0xa5)
#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include <malloc.h>

#include "sim/network/swarm.h"
#include "sim/observe/capsule.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/divergence.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

constexpr int kFill = 0xa5;

SessionOptions Variation(int run, const Console& console) {
  return run == 0 ? SessionOptions{1, 1, WorldTime::Never(), console.stop_flag}
                  : SessionOptions{5, 7, WorldTime::Never(), console.stop_flag};
}

void FillFreshMemory(bool on) {
  mallopt(M_PERTURB, on ? kFill : 0);
}

struct Ending {
  core::Fingerprint fingerprint;
  std::vector<Checkpoint> checkpoints;
  bool cut_short = false;
};

core::StatusOr<Ending> RunOnce(const std::shared_ptr<const Scenario>& scenario,
                               const SessionOptions& options, Console& console) {
  Session session(scenario, options);
  Progress progress(console, session);
  RETURN_IF_ERROR(session.Run([&] { progress.Show(); }));
  progress.Clear();
  return Ending{session.result().fingerprint, session.world().checkpoints(),
                session.result().interrupted};
}

// Runs both again, side by side, and compares every event after the last checkpoint on which they agreed.
core::Status NameDifference(const std::shared_ptr<const Scenario>& scenario, const Ending& a,
                            const Ending& b, Console& console) {
  const WorldTime from = LastAgreement(a.checkpoints, b.checkpoints);
  ASSIGN_OR_RETURN(const std::optional<Parting> parting,
                   FindParting({scenario, Variation(0, console), {}},
                               {scenario, Variation(1, console), FillFreshMemory}, from));
  console.out << (parting.has_value() ? PartingText(*parting, "run 1", "run 2")
                                      : "run again side by side they agree\n");
  return core::Status();
}

}  // namespace

ExitCode Determinism(const ScenarioSource& source, Console& console) {
  auto loaded = Load(source);
  if (!loaded.ok()) return Complain(console, loaded.status());
  const auto scenario = std::make_shared<const Scenario>(WithDrawnFaults(*std::move(loaded)));
  console.out << FirstLine(*scenario) << "\n" << std::flush;
  Ending endings[2];
  for (int run = 0; run < 2; ++run) {
    FillFreshMemory(run == 1);
    auto ending = RunOnce(scenario, Variation(run, console), console);
    FillFreshMemory(false);
    if (!ending.ok()) return Complain(console, ending.status(), ExitCode::kInternal);
    endings[run] = *std::move(ending);
    if (endings[run].cut_short)
      return Complain(console, core::Internal("interrupted"), ExitCode::kUnfinished);
    console.out << absl::StrFormat("run %d  threads %d  shards %d  fingerprint %s\n", run + 1,
                                   run == 0 ? 1 : 5, run == 0 ? 1 : 7,
                                   core::ToHex(endings[run].fingerprint));
  }
  if (endings[0].fingerprint == endings[1].fingerprint) {
    console.out << "fingerprint " << core::ToHex(endings[0].fingerprint) << "\n";
    return ExitCode::kPass;
  }
  const core::Status named = NameDifference(scenario, endings[0], endings[1], console);
  if (!named.ok()) return Complain(console, named, ExitCode::kInternal);
  return ExitCode::kNondeterminism;
}

}  // namespace sim
