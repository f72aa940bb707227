// orbsim explain: the chain of events that leads to a failure, from runs of its capsule.
//
//   run           looks for                                         keeps
//   first         the event on which the check fails                the names that the violation shows
//   second, ...   what carries these names, and what they lead to   the events; again while there is more to learn
// neighbours    one that passes                                   where the two part
// No run keeps a trace: memory is that of the world and of at most Recorder::kKept lines.
#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"

#include "sim/observe/file_out.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/divergence.h"
#include "sim/workflow/explain/chain_text.h"
#include "sim/workflow/explain/neighbour.h"
#include "sim/workflow/explain/witness.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

constexpr size_t kLinesMax = 40;
// What is learnt in the last one may not have been seen from the beginning.
constexpr int kRecordingsMax = 4;

// What all runs of one explanation share.
struct Subject {
  std::shared_ptr<const Scenario> scenario;
  SessionOptions options;
  Console& console;
};

struct Finding {
  CheckInfo check;
  Violation violation;
  FoundAt found;
  Concern concern;
  uint64_t events = 0;  // Of the run up to there.
};

// Until `done`, or the end.
template <typename Done>
core::Status RunUntil(const Subject& subject, Session& session, WorldTime end, Done&& done) {
  Progress progress(subject.console, session);
  RETURN_IF_ERROR(session.Open());
  const auto goes_on = [&] {
    progress.Show();
    return !done();
  };
  ASSIGN_OR_RETURN(const RunState state, session.RunWhile(end, goes_on));
  progress.Clear();
  if (state == RunState::kStopped) return core::Internal("interrupted");
  return core::Status();
}

std::string ViolatedIn(const Session& session) {
  std::string ids;
  for (const Checker* checker : session.checkers()) {
    if (checker->violations() > 0) ids += " " + std::string(checker->info().id);
  }
  return ids.empty() ? " none" : ids;
}

core::StatusOr<Finding> Find(const Subject& subject, const std::string& check) {
  Session session(subject.scenario, subject.options);
  const Checker* checker = session.FindChecker(check);
  const auto* finder = session.observers().Add(std::make_unique<ViolationFinder>(*checker));
  const auto found = [&] { return finder->found().has_value(); };
  RETURN_IF_ERROR(RunUntil(subject, session, subject.options.until, found));
  if (!found()) session.Close(subject.options.until);
  if (!found()) {
    return core::NotFound(absl::StrFormat(
        "check %s: found no violation in this run (checked %d times), allowed one of those that "
        "are violated:%s",
        check, checker->premises(), ViolatedIn(session)));
  }
  return Finding{checker->info(), *checker->first(), *finder->found(), finder->MakeConcern(),
                 session.world().statistics().events};
}

core::StatusOr<Chain> TraceBack(const Subject& subject, Finding& finding) {
  std::vector<Happening> happenings;
  uint64_t forgotten = 0;
  size_t known = 0;
  for (int run = 0; run < kRecordingsMax && finding.concern.size() != known; ++run) {
    known = finding.concern.size();
    Session session(subject.scenario, subject.options);
    auto* recorder =
        session.observers().Add(std::make_unique<Recorder>(finding.concern, finding.found));
    const WorldTime end =
        std::min(finding.found.time + core::Microseconds(1), subject.options.until);
    RETURN_IF_ERROR(RunUntil(subject, session, end, [] { return false; }));
    happenings = recorder->TakeHappenings();
    forgotten = recorder->forgotten();
  }
  if (forgotten > 0) {
    subject.console.out << absl::StrFormat(
        "%d events of long before were forgotten: more than %d concern it\n", forgotten,
        Recorder::kKept);
  }
  return MakeChain(std::move(happenings), finding.violation.peer, kLinesMax);
}

bool IsTheSame(const Violation& a, const Violation& b) {
  return a.at == b.at && a.peer == b.peer && a.subject == b.subject;
}

std::string LeftOutText(const NeighboursTried& tried) {
  if (tried.tried == tried.known) return "";
  return absl::StrFormat("            of %d such runs %d may be tried; --neighbours %d tries all\n",
                         tried.known, tried.tried, tried.known);
}

// The nearest run that passes, and where it parts from this one.
core::Status TellOfNeighbour(const Subject& subject, const Finding& finding,
                             const ExplainOptions& options) {
  const size_t most = options.neighbours > 0 ? static_cast<size_t>(options.neighbours)
                                             : NeighboursWorthTrying(finding.events);
  const NeighbourSearch search{subject.scenario, std::string(finding.check.id),
                               finding.violation.at, ThreadsOrAll(subject.options.threads), most};
  Console& console = subject.console;
  ASSIGN_OR_RETURN(const NeighboursTried tried, NearestPassing(search, console));
  const auto& neighbour = tried.nearest;
  if (!neighbour.has_value()) {
    console.out << "neighbour   none: every run that was tried fails too\n" << LeftOutText(tried);
    return core::Status();
  }
  console.out << "neighbour   passes " << neighbour->what << "\n" << LeftOutText(tried);
  if (neighbour->from.us == 0) {
    console.out << "            it is another run from the first event on\n";
    return core::Status();
  }
  const SessionOptions session{1, 0, LookedAtUntil(search), subject.options.stop_flag};
  ASSIGN_OR_RETURN(const auto parting,
                   FindParting({subject.scenario, session, {}}, {neighbour->scenario, session, {}},
                               neighbour->from, Compared::kTold));
  if (parting.has_value()) console.out << PartingText(*parting, "fails ", "passes");
  if (!neighbour->settings.empty()) {
    console.out << "compare     " << console.program << " diff " << options.capsule << " --set "
                << neighbour->settings << "\n";
  }
  return core::Status();
}

ExitCode Show(const ExplainOptions& options, const Finding& finding, const Chain& chain,
              Console& console) {
  console.out << ViolationText("FAIL", finding.check, finding.violation, {}) << "\n";
  if (chain.lines.empty()) {
    console.out << "no event carries what the violation is about\n";
    return ExitCode::kPass;
  }
  console.out << ChainText(chain, finding.check, finding.violation);
  if (options.svg.empty()) return ExitCode::kPass;
  const core::Status written =
      WriteFileWhole(options.svg, ChainPicture(chain, finding.check, finding.violation));
  if (!written.ok()) return Complain(console, written);
  console.out << "picture     " << options.svg << "\n";
  return ExitCode::kPass;
}

}  // namespace

ExitCode Explain(const ExplainOptions& options, Console& console) {
  const auto capsule = OpenCapsule(options.capsule);
  if (!capsule.ok()) return Complain(console, capsule.status());
  auto scenario = ScenarioOf(*capsule);
  if (!scenario.ok()) return Complain(console, scenario.status());
  const auto info = CheckOf(options.capsule, *capsule, options.check);
  if (!info.ok()) return Complain(console, info.status());
  const std::string check(info->id);
  if (const core::Status taken = MayWrite(options.svg, options.force); !taken.ok())
    return Complain(console, taken);
  if (const std::string other = OtherBuildText(*capsule); !other.empty())
    console.error << "explain: " << other;
  const Subject subject{std::make_shared<const Scenario>(*std::move(scenario)),
                        {options.threads, 0, capsule->ended, console.stop_flag},
                        console};
  console.out << FirstLine(*subject.scenario) << "\n" << std::flush;
  auto finding = Find(subject, check);
  if (!finding.ok()) return Conclude(console, finding.status());
  if (capsule->failed.has_value() && capsule->failed->check == check &&
      !IsTheSame(capsule->failed->violation, finding->violation)) {
    console.error << "explain: the capsule tells of another violation of this check, at t="
                  << ClockText(capsule->failed->violation.at) << "\n";
  }
  const auto chain = TraceBack(subject, *finding);
  if (!chain.ok()) return Conclude(console, chain.status());
  const ExitCode shown = Show(options, *finding, *chain, console);
  if (options.alone || shown != ExitCode::kPass) return shown;
  const core::Status told = TellOfNeighbour(subject, *finding, options);
  return told.ok() ? shown : Conclude(console, told);
}

}  // namespace sim
