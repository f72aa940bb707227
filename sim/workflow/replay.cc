// orbsim replay: the same run again, byte for byte, from the capsule alone; or the same peer again, from its recording.
#include <optional>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"

#include "core/recording/reader.h"
#include "sim/observe/file_out.h"
#include "sim/observe/trace.h"
#include "sim/observe/verdict_lines.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/builds/told_run.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/file_kind.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/replay_recording.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"
#include "sim/workflow/travel/state_at.h"
#include "sim/world/debugger_stop.h"

namespace sim {
namespace {

// Compares with what the capsule recorded; says where the runs part.
ExitCode Compare(const Session& session, const Capsule& capsule, Console& console) {
  const RunResult& result = session.result();
  if (result.ended == capsule.ended && result.fingerprint == capsule.fingerprint)
    return session.outcome().exit;
  if (result.ended < capsule.ended &&
      !FirstDifference(session.world().checkpoints(), capsule.checkpoints).has_value()) {
    console.out << "the part that was replayed agrees with the capsule at every checkpoint\n";
    return session.outcome().exit;
  }
  const std::string where = WherePartedText(session.world().checkpoints(), capsule);
  console.error << absl::StrFormat("replay: expected fingerprint %s, found %s; the runs part %s\n",
                                   core::ToHex(capsule.fingerprint),
                                   core::ToHex(result.fingerprint), where);
  return ExitCode::kNondeterminism;
}

void AttachNarration(const ReplayOptions& options, Session& session, Console& console) {
  if (!options.verbose && !options.peer.has_value()) return;
  const TraceLevel level = options.peer.has_value() ? TraceLevel::kFull : TraceLevel::kDecisions;
  Trace* trace = session.observers().Add(std::make_unique<Trace>(
      level, TraceForm::kNarrated, [&console](std::string_view line) { console.out << line; }));
  if (options.peer.has_value()) trace->Only(core::PeerId{*options.peer});
}

core::Status Refuse(const ReplayOptions& options, const Scenario& scenario) {
  if (options.tell.empty() && !options.from.empty())
    return core::InvalidArgument("--from: allowed with --tell only");
  if (options.state && !options.peer.has_value()) {
    return core::InvalidArgument("--state: found no peer, allowed with --peer P");
  }
  if (!options.peer.has_value() || *options.peer < scenario.PeerCount()) return core::Status();
  return core::InvalidArgument(absl::StrFormat("--peer: found %d, allowed 0 to %d", *options.peer,
                                               scenario.PeerCount() - 1));
}

// The run goes no further than that instant: there is nothing to judge.
ExitCode ShowState(const ReplayOptions& options, std::shared_ptr<const Scenario> scenario,
                   WorldTime at, Console& console) {
  Session session(std::move(scenario), {1, 0, at, console.stop_flag});
  if (const core::Status opened = session.Open(); !opened.ok())
    return Complain(console, opened, ExitCode::kInternal);
  StateAt state(session, core::PeerId{*options.peer}, EndOf(at));
  if (const core::Status status = state.Run(); !status.ok()) {
    return Complain(console, status,
                    console.Interrupted() ? ExitCode::kUnfinished : ExitCode::kInternal);
  }
  console.out << FirstLine(session.scenario()) << "\nat " << ClockText(at) << "\n" << state.text();
  return ExitCode::kPass;
}

core::StatusOr<ToldQuery> QueryOf(const ReplayOptions& options, WorldTime end) {
  ToldQuery query;
  if (options.tell == "checkpoints") query.what = ToldQuery::What::kCheckpoints;
  query.until = end;
  if (options.from.empty()) return query;
  const Quantity from = ParseQuantity(options.from, Measure::kDuration);
  if (from.problem == Quantity::Problem::kNone && from.value >= 0 && from.value < end.us) {
    query.from = WorldTime{from.value};
    return query;
  }
  return core::InvalidArgument("--from: found \"" + options.from +
                               "\", allowed an instant before the end, for example 80s");
}

// Nothing else goes to the output: the other end reads it.
ExitCode TellRun(const ReplayOptions& options, Scenario scenario, WorldTime end, Console& console) {
  const auto query = QueryOf(options, end);
  if (!query.ok()) return Complain(console, query.status());
  console.out << FirstToldLine(scenario, *query);
  OwnRun run(std::make_shared<const Scenario>(std::move(scenario)),
             {options.threads, 0, end, console.stop_flag}, *query);
  for (;;) {
    const auto item = run.Next();
    if (!item.ok()) return Complain(console, item.status(), ExitCode::kInternal);
    if (!item->has_value()) break;
    console.out << ToldLine(**item);
  }
  console.out << LastToldLine();
  return ExitCode::kPass;
}

}  // namespace

ExitCode Replay(const ReplayOptions& options, Console& console) {
  const auto content = ReadFileWhole(options.capsule);
  if (!content.ok()) return Complain(console, content.status());
  if (core::IsRecording({reinterpret_cast<const uint8_t*>(content->data()), content->size()})) {
    if (!options.tell.empty() || options.debugger) {
      return Complain(
          console, core::InvalidArgument(std::string(options.debugger ? "--debugger" : "--tell") +
                                         ": found a recording, allowed with a capsule"));
    }
    return ReplayRecording(options, *content, console);
  }
  const auto capsule = ParseCapsule(*content, options.capsule);
  if (!capsule.ok()) {
    return Complain(console, NotThatKind(capsule.status(), options.capsule, "capsule"));
  }
  auto scenario = ScenarioOf(*capsule);
  if (!scenario.ok()) return Complain(console, scenario.status());
  auto until = ParseUntil(options.until);
  if (!until.ok()) return Complain(console, until.status());
  if (const core::Status refused = Refuse(options, *scenario); !refused.ok()) {
    return Complain(console, refused);
  }
  const WorldTime end = std::min(*until, capsule->ended);
  if (!options.tell.empty()) return TellRun(options, *std::move(scenario), end, console);
  if (const std::string other = OtherBuildText(*capsule); !other.empty()) {
    console.error << "replay: " << other;
  }
  if (options.state) {
    return ShowState(options, std::make_shared<const Scenario>(*std::move(scenario)), end, console);
  }
  SessionOptions how{options.debugger ? 1 : options.threads, 0, end, console.stop_flag};
  std::optional<DebuggerStop> stop;
  if (options.debugger) {
    how.opened = [&stop](World& world) { world.SetInspector(&stop.emplace(world)); };
  }
  Session session(*std::move(scenario), how);
  AttachNarration(options, session, console);
  console.out << FirstLine(session.scenario()) << "\n" << std::flush;
  Progress progress(console, session);
  if (const core::Status status = session.Run([&] { progress.Show(); }); !status.ok())
    return Complain(console, status, ExitCode::kInternal);
  progress.Clear();
  console.out << ResultText(session, {console.program, "", false, progress.WallSeconds()});
  return Compare(session, *capsule, console);
}

}  // namespace sim
