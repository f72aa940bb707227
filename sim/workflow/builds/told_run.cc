#include "sim/workflow/builds/told_run.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"

#include "sim/observe/trace.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/builds/told_form.h"

namespace sim {
namespace {

constexpr core::Duration kStretch = core::Milliseconds(20);
constexpr core::Duration kBetweenCheckpoints = core::Seconds(1);
// A window is shorter: what lies in one that began before an instant is told as well.
constexpr core::Duration kWindowMax = core::Seconds(2);

}  // namespace

OwnRun::OwnRun(std::shared_ptr<const Scenario> scenario, const SessionOptions& options,
               const ToldQuery& query)
    : session_(std::move(scenario), options),
      query_(query),
      end_(std::min({options.until, query.until, WorldTime{session_.scenario().duration.us}})) {}

core::StatusOr<std::optional<ToldItem>> OwnRun::Next() {
  if (!std::exchange(begun_, true)) RETURN_IF_ERROR(Begin());
  while (items_.empty() && reached_ < end_) RETURN_IF_ERROR(RunOn());
  if (items_.empty()) return std::optional<ToldItem>();
  std::optional<ToldItem> item = std::move(items_.front());
  items_.pop_front();
  return item;
}

// Until shortly before what is asked for, nobody listens, and the run is as fast as any.
core::Status OwnRun::Begin() {
  RETURN_IF_ERROR(session_.Open());
  reached_ = std::max(WorldTime{0}, query_.from - kWindowMax);
  if (reached_ > WorldTime{0}) RETURN_IF_ERROR(session_.RunTo(reached_).status());
  session_.observers().Add(std::make_unique<Trace>(
      TraceLevel::kFull, TraceForm::kNarrated, [this](std::string_view line) { TakeLine(line); }));
  return core::Status();
}

core::Status OwnRun::RunOn() {
  const bool lines = query_.what == ToldQuery::What::kEvents;
  reached_ = std::min(end_, reached_ + (lines ? kStretch : kBetweenCheckpoints));
  ASSIGN_OR_RETURN(const RunState state, session_.RunTo(reached_));
  if (state == RunState::kStopped) return core::Internal("interrupted");
  if (!lines) TakeCheckpoint();
  return core::Status();
}

void OwnRun::TakeLine(std::string_view line) {
  if (query_.what == ToldQuery::What::kCheckpoints) return told_.Add(line);
  const WorldTime at = session_.world().Now();
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (at >= query_.from) items_.push_back({at, std::string(line)});
}

void OwnRun::TakeCheckpoint() {
  const std::vector<Checkpoint>& given = session_.world().checkpoints();
  std::string text = core::ToHex(told_.Result());
  if (!given.empty()) text += core::ToHex(given.back().fingerprint);
  items_.push_back({reached_, std::move(text)});
}

std::string FirstToldLine(const Scenario& scenario, const ToldQuery& query) {
  const bool events = query.what == ToldQuery::What::kEvents;
  const nlohmann::json line = {{"format", kToldFormat},
                               {"version", kToldVersion},
                               {"what", events ? "events" : "checkpoints"},
                               {"build", std::string(SourceVersion())},
                               {"scenario", scenario.name},
                               {"seed", scenario.seed}};
  return line.dump() + "\n";
}

std::string ToldLine(const ToldItem& item) {
  return nlohmann::json{{"t", item.at.us}, {"told", item.text}}.dump() + "\n";
}

std::string LastToldLine() {
  return nlohmann::json{{"end", true}}.dump() + "\n";
}

}  // namespace sim
