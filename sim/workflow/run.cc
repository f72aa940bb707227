// orbsim run, check: a scenario file in; numbers, a verdict and a fingerprint out.
#include <filesystem>
#include <ostream>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_format.h"

#include "core/base/check.h"
#include "sim/observe/file_out.h"
#include "sim/observe/peer_census.h"
#include "sim/observe/ring_web.h"
#include "sim/observe/trace.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/dashboard.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

std::string FolderOf(const RunOptions& options, const Scenario& scenario) {
  if (!options.out.empty()) return options.out;
  return ResultsOf(scenario) + absl::StrFormat("/0x%x", scenario.seed);
}

// The trace grows in a temporary file while the run goes on.
core::StatusOr<std::optional<AtomicFile>> OpenTrace(const RunOptions& options,
                                                    const std::string& folder) {
  if (options.trace == "none") return std::optional<AtomicFile>();
  RETURN_IF_ERROR(MakeFolder(folder));
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Open(folder + "/trace.jsonl"));
  return std::optional<AtomicFile>(std::move(file));
}

void AttachTrace(const RunOptions& options, Session& session, std::optional<AtomicFile>& file,
                 core::Status& error) {
  if (!file.has_value()) return;
  auto sink = [&file, &error](std::string_view line) {
    if (error.ok()) error = file->Write(line);
  };
  Trace* trace = session.observers().Add(
      std::make_unique<Trace>(*TraceLevelOf(options.trace), TraceForm::kJsonLines, sink));
  trace->Begin(session.scenario());
}

// What only `run` keeps, for the report.
struct Pictures {
  const PeerCensus& peers;
  const RingWeb& rings;
};

core::Status WriteFolder(const Session& session, const Pictures& pictures,
                         const std::string& folder) {
  RETURN_IF_ERROR(WriteResults(folder, session.report()));
  RETURN_IF_ERROR(WriteFileWhole(folder + "/peers.jsonl", pictures.peers.Text(session.report())));
  if (pictures.rings.has_rings())
    RETURN_IF_ERROR(WriteFileWhole(folder + "/rings.jsonl", pictures.rings.Text(session.report())));
  if (session.history().calls() > 0)
    RETURN_IF_ERROR(WriteFileWhole(folder + "/history.jsonl", session.history().text()));
  return WriteCapsule(folder + "/capsule.json", session.MakeCapsule());
}

}  // namespace

ExitCode Run(const RunOptions& options, Console& console) {
  auto scenario = Load(options.scenario);
  if (!scenario.ok()) return Complain(console, scenario.status());
  const auto until = ParseUntil(options.until);
  if (!until.ok()) return Complain(console, until.status());
  const std::string folder = FolderOf(options, *scenario);
  const std::string run_line =
      console.program + " run " + ArgumentsOf(options.scenario, scenario->seed);
  core::SetRunLine(run_line.c_str());
  const absl::Cleanup forget_line = [] { core::SetRunLine(nullptr); };
  auto trace_file = OpenTrace(options, folder);
  if (!trace_file.ok()) return Complain(console, trace_file.status());

  Session session(*std::move(scenario),
                  {options.threads, options.shards, *until, console.stop_flag});
  const Pictures pictures{*session.observers().Add(std::make_unique<PeerCensus>()),
                          *session.observers().Add(std::make_unique<RingWeb>())};
  core::Status trace_error;
  AttachTrace(options, session, *trace_file, trace_error);
  if (!options.json) console.out << FirstLine(session.scenario()) << "\n" << std::flush;
  Progress progress(console, session);
  Dashboard dashboard(console, session);
  const core::Status ran = session.Run([&] { options.watch ? dashboard.Show() : progress.Show(); });
  dashboard.Clear();
  progress.Clear();
  if (!ran.ok()) return Complain(console, ran, ExitCode::kInternal);
  core::Status written = WriteFolder(session, pictures, folder);
  if (trace_file->has_value())
    written.Update(trace_error.ok() ? (*trace_file)->Commit() : trace_error);
  if (options.json) {
    console.out << SummaryJson(session.report());
  } else {
    console.out << ResultText(
        session, {console.program, folder, trace_file->has_value(), progress.WallSeconds()});
  }
  if (!written.ok()) return Complain(console, written);
  return session.outcome().exit;
}

ExitCode Check(const std::vector<std::string>& files, Console& console) {
  ExitCode worst = ExitCode::kPass;
  for (const std::string& file : files) {
    const auto scenario = Load({.file = file});
    if (scenario.ok()) {
      console.out << absl::StrFormat("ok    %s  %s, %d peers, hash %s\n", file, scenario->name,
                                     scenario->PeerCount(), core::ToHex(scenario->hash));
    } else {
      worst = Complain(console, scenario.status());
    }
  }
  return worst;
}

}  // namespace sim
