// orbsim export: a capsule goes in, files for other tools come out: Wireshark, Perfetto, graph tools, pandas.
//
// The capsule is run again, and each file grows while it runs. A run that is not the capsule's leaves no files.
#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/export/capture.h"
#include "sim/workflow/export/overlay_files.h"
#include "sim/workflow/export/perfetto.h"
#include "sim/workflow/export/tables.h"
#include "sim/workflow/export/targets.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

core::StatusOr<Selection> SelectionOf(const ExportOptions& options, const Scenario& scenario) {
  std::vector<core::PeerId> peers;
  for (const uint32_t peer : options.peers) {
    if (peer >= scenario.PeerCount()) {
      return core::InvalidArgument(
          absl::StrFormat("--peer: found %d, allowed 0 to %d", peer, scenario.PeerCount() - 1));
    }
    peers.push_back({peer});
  }
  return Selection(std::move(peers));
}

// One export in the making.
class Exporter {
 public:
  Exporter(const ExportOptions& options, Console& console) : options_(options), console_(console) {}

  core::Status Prepare() {
    RETURN_IF_ERROR(Targets::Check(options_));
    ASSIGN_OR_RETURN(capsule_, OpenCapsule(options_.capsule));
    ASSIGN_OR_RETURN(Scenario scenario, ScenarioOf(capsule_));
    ASSIGN_OR_RETURN(until_, ParseUntil(options_.until));
    until_ = std::min(until_, capsule_.ended);
    ASSIGN_OR_RETURN(selection_, SelectionOf(options_, scenario));
    if (const std::string other = OtherBuildText(capsule_); !other.empty())
      console_.error << "export: " << other;
    session_ = std::make_unique<Session>(
        std::move(scenario), SessionOptions{options_.threads, 0, until_, console_.stop_flag});
    return Attach();
  }

  ExitCode Run() {
    console_.out << FirstLine(session_->scenario()) << "\n" << std::flush;
    Progress progress(console_, *session_);
    const core::Status run = session_->Run([&] { progress.Show(); });
    progress.Clear();
    if (!run.ok()) return Complain(console_, run, ExitCode::kInternal);
    if (session_->result().ended < until_) {
      return Complain(console_, core::Internal("interrupted: nothing was written"),
                      ExitCode::kUnfinished);
    }
    if (const core::Status other = Compare(); !other.ok()) {
      return Complain(console_, other, ExitCode::kNondeterminism);
    }
    if (const core::Status written = Write(); !written.ok()) return Complain(console_, written);
    console_.out << "files     " << absl::StrJoin(targets_.paths(), ", ") << "\n";
    return ExitCode::kPass;
  }

 private:
  // The observers of what grows during the run.
  core::Status Attach() {
    if (!options_.pcapng.empty()) {
      ASSIGN_OR_RETURN(Targets::Sink sink, targets_.Open(options_.pcapng));
      Add<Capture>(std::move(sink))->Begin(session_->scenario());
    }
    if (!options_.perfetto.empty()) {
      ASSIGN_OR_RETURN(Targets::Sink sink, targets_.Open(options_.perfetto));
      Add<Perfetto>(std::move(sink))->Begin(session_->scenario());
    }
    if (!options_.csv.empty()) RETURN_IF_ERROR(AttachTables());
    if (!options_.graphml.empty()) {
      ASSIGN_OR_RETURN(graphml_, targets_.Open(options_.graphml));
    }
    if (!options_.dot.empty()) {
      ASSIGN_OR_RETURN(dot_, targets_.Open(options_.dot));
    }
    return core::Status();
  }

  core::Status AttachTables() {
    RETURN_IF_ERROR(MakeFolder(options_.csv));
    std::vector<Targets::Sink> sinks;
    for (const std::string& path : TableFiles(options_.csv)) {
      ASSIGN_OR_RETURN(sinks.emplace_back(), targets_.Open(path));
    }
    Add<Tables>(Tables::Sinks{sinks[0], sinks[1], sinks[2], sinks[3]})->Begin();
    return core::Status();
  }

  template <typename T, typename Output>
  T* Add(Output output) {
    return session_->observers().Add(std::make_unique<T>(selection_, std::move(output)));
  }

  // The graphs show the overlay as the run left it.
  core::Status Write() {
    if (graphml_) graphml_(OverlayGraphml(session_->world(), selection_));
    if (dot_) dot_(OverlayDot(session_->world(), selection_));
    return targets_.Commit();
  }

  // Is this the run that the capsule holds, as far as it went?
  [[nodiscard]] core::Status Compare() const {
    const RunResult& result = session_->result();
    const auto& checkpoints = session_->world().checkpoints();
    const bool parted = FirstDifference(checkpoints, capsule_.checkpoints).has_value();
    const bool whole = result.ended == capsule_.ended;
    if (!parted && (!whole || result.fingerprint == capsule_.fingerprint)) return core::Status();
    const std::string where = WherePartedText(checkpoints, capsule_);
    return core::Internal(absl::StrCat(options_.capsule,
                                       ": this run is not the capsule's, they part ", where,
                                       "; nothing was written"));
  }

  const ExportOptions& options_;
  Console& console_;
  Capsule capsule_;
  WorldTime until_;
  Selection selection_;
  Targets targets_;
  Targets::Sink graphml_;
  Targets::Sink dot_;
  std::unique_ptr<Session> session_;  // Its observers write to the targets.
};

}  // namespace

ExitCode Export(const ExportOptions& options, Console& console) {
  Exporter exporter(options, console);
  if (const core::Status bad = exporter.Prepare(); !bad.ok()) return Complain(console, bad);
  return exporter.Run();
}

}  // namespace sim
