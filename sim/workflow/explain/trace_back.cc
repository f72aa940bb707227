#include "sim/workflow/explain/trace_back.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "sim/workflow/progress.h"

namespace sim {
namespace {

// What is learnt in the last one may not have been seen from the beginning.
constexpr int kRecordingsMax = 4;

// Until `done`, or the end.
template <typename Done>
core::Status RunUntil(const Traced& traced, Session& session, WorldTime end, Done&& done) {
  Progress progress(traced.console, session);
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

}  // namespace

core::StatusOr<TracedViolation> FindViolation(const Traced& traced, const std::string& check) {
  Session session(traced.scenario, traced.options);
  const Checker* checker = session.FindChecker(check);
  const auto* finder = session.observers().Add(std::make_unique<ViolationFinder>(*checker));
  const auto found = [&] { return finder->found().has_value(); };
  RETURN_IF_ERROR(RunUntil(traced, session, traced.options.until, found));
  if (!found()) session.Close(traced.options.until);
  if (!found()) {
    return core::NotFound(absl::StrFormat(
        "check %s: found no violation in this run (checked %d times), allowed one of those that "
        "are violated:%s",
        check, checker->premises(), ViolatedIn(session)));
  }
  return TracedViolation{checker->info(), *checker->first(), *finder->found(),
                         finder->MakeConcern(), session.world().statistics().events};
}

core::StatusOr<Preceding> TraceBack(const Traced& traced, TracedViolation& finding) {
  Preceding preceding;
  size_t known = 0;
  for (int run = 0; run < kRecordingsMax && finding.concern.size() != known; ++run) {
    known = finding.concern.size();
    Session session(traced.scenario, traced.options);
    auto* recorder =
        session.observers().Add(std::make_unique<Recorder>(finding.concern, finding.found));
    const WorldTime end =
        std::min(finding.found.time + core::Microseconds(1), traced.options.until);
    RETURN_IF_ERROR(RunUntil(traced, session, end, [] { return false; }));
    preceding = {recorder->TakeHappenings(), recorder->forgotten()};
  }
  return preceding;
}

}  // namespace sim
