// orbsim explain: the chain of events that leads to a failure, from runs of its capsule, and the nearest run that passes.
#include <cstddef>
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
#include "sim/workflow/explain/trace_back.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

constexpr size_t kLinesMax = 40;

bool IsTheSame(const Violation& a, const Violation& b) {
  return a.at == b.at && a.peer == b.peer && a.subject == b.subject;
}

std::string LeftOutText(const NeighboursTried& tried) {
  if (tried.tried == tried.known) return "";
  return absl::StrFormat("            of %d such runs %d may be tried; --neighbours %d tries all\n",
                         tried.known, tried.tried, tried.known);
}

// The nearest run that passes, and where it parts from this one.
core::Status TellOfNeighbour(const Traced& traced, const TracedViolation& finding,
                             const ExplainOptions& options, Console& console) {
  const size_t most = options.neighbours > 0 ? static_cast<size_t>(options.neighbours)
                                             : NeighboursWorthTrying(finding.events);
  const NeighbourSearch search{traced.scenario, std::string(finding.check.id), finding.violation.at,
                               ThreadsOrAll(traced.options.threads), most};
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
  const SessionOptions session{1, 0, LookedAtUntil(search), traced.options.stop_flag};
  ASSIGN_OR_RETURN(const auto parting,
                   FindParting({traced.scenario, session, {}}, {neighbour->scenario, session, {}},
                               neighbour->from, Compared::kTold));
  if (parting.has_value()) console.out << PartingText(*parting, "fails ", "passes");
  if (!neighbour->settings.empty()) {
    console.out << "compare     " << console.program << " diff " << options.capsule << " --set "
                << neighbour->settings << "\n";
  }
  return core::Status();
}

ExitCode Show(const ExplainOptions& options, const TracedViolation& finding, const Chain& chain,
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
  const Traced traced{std::make_shared<const Scenario>(*std::move(scenario)),
                      {options.threads, 0, capsule->ended, console.stop_flag},
                      console};
  console.out << FirstLine(*traced.scenario) << "\n" << std::flush;
  auto finding = FindViolation(traced, check);
  if (!finding.ok()) return Conclude(console, finding.status());
  if (capsule->failed.has_value() && capsule->failed->check == check &&
      !IsTheSame(capsule->failed->violation, finding->violation)) {
    console.error << "explain: the capsule tells of another violation of this check, at t="
                  << ClockText(capsule->failed->violation.at) << "\n";
  }
  auto preceding = TraceBack(traced, *finding);
  if (!preceding.ok()) return Conclude(console, preceding.status());
  if (preceding->forgotten > 0) {
    console.out << absl::StrFormat(
        "%d events of long before were forgotten: more than %d concern it\n", preceding->forgotten,
        Recorder::kKept);
  }
  const Chain chain =
      MakeChain(std::move(preceding->happenings), finding->violation.peer, kLinesMax);
  const ExitCode shown = Show(options, *finding, chain, console);
  if (options.alone || shown != ExitCode::kPass) return shown;
  const core::Status told = TellOfNeighbour(traced, *finding, options, console);
  return told.ok() ? shown : Conclude(console, told);
}

}  // namespace sim
