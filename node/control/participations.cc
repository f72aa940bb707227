#include "node/control/participations.h"

#include <utility>
#include <variant>

#include "core/port/names.h"
#include "node/base/visible_text.h"

namespace node {
namespace {

Json Event(std::string_view name, core::Time time) {
  return {{"event", name}, {"time_us", time.us}};
}

// To a client the matcher of the trace is somebody who seeks.
std::string_view RoleText(core::Role role) {
  return role == core::Role::kWorker ? "worker" : "seeker";
}

}  // namespace

Participations::Participations(NodeView& view) : view_(&view) {
  observer_ = view.Observe([this](core::Time time, const core::Observation& observation) {
    OnObservation(time, observation);
  });
}

Participations::~Participations() {
  view_->Unobserve(observer_);
}

core::StatusOr<core::Key256> Participations::Begin(const MatchRequest& request, Sink sink) {
  const core::Key256 key = KeyOf(request.topic);
  if (open_.contains(key)) {
    return core::FailedPrecondition("topic: found " + Quoted(ToText(request.topic)) +
                                    ", which a client of this node takes part in already; allowed "
                                    "one participation per topic");
  }
  // First: the core may observe something while it is told.
  open_.emplace(key, Open{request.topic, request.works, std::move(sink), "left"});
  const core::Status status = view_->Submit(request.command);
  if (status.ok()) return key;
  open_.erase(key);
  return status;
}

bool Participations::Leave(const core::Key256& key, std::string_view end) {
  const auto found = open_.find(key);
  if (found == open_.end()) return false;
  found->second.left = end;
  const core::LeaveCommand leave{found->second.topic};
  // A seeker's end is observed meanwhile; a worker's is not. A node that stops has left by itself.
  static_cast<void>(view_->Submit(leave));
  End(key, {{"end", end}});
  return true;
}

void Participations::OnObservation(core::Time time, const core::Observation& observation) {
  if (open_.empty()) return;
  std::visit([&](const auto& what) { On(time, what); }, observation);
}

void Participations::Tell(const core::Key256& key, const Json& event) {
  const auto found = open_.find(key);
  if (found != open_.end()) found->second.sink.event(event);
}

void Participations::TellWorkers(const Json& event) {
  for (const auto& [key, open] : open_) {
    if (open.works) open.sink.event(event);
  }
}

void Participations::End(const core::Key256& key, const Json& result) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  const Sink sink = std::move(found->second.sink);
  open_.erase(found);
  sink.end(result);
}

std::string Participations::NodeText(core::PeerId peer) const {
  return HexText(view_->NodeIdOf(peer).bytes);
}

void Participations::On(core::Time time, const core::MatchStarted& started) {
  Json event = Event("started", time);
  event["want"] = started.want;
  event["patience_us"] = started.patience.us;
  Tell(started.topic, event);
}

void Participations::On(core::Time time, const core::Published& published) {
  Json event = Event("published", time);
  event["role"] = RoleText(published.role);
  event["specificity"] = published.specificity;
  Tell(published.topic, event);
}

void Participations::On(core::Time time, const core::Respecified& respecified) {
  Json event = Event("respecified", time);
  event["role"] = RoleText(respecified.role);
  event["from"] = respecified.from;
  event["to"] = respecified.to;
  event["cause"] = NameOf(respecified.cause);
  Tell(respecified.topic, event);
}

void Participations::On(core::Time time, const core::Seen& seen) {
  Json event = Event("candidate", time);
  event["node"] = NodeText(seen.record->peer);
  event["budget"] = seen.record->budget;
  Tell(seen.topic, event);
}

void Participations::On(core::Time time, const core::Matched& matched) {
  Json event = Event("matched", time);
  event["node"] = NodeText(matched.partner);
  event["task"] = HexText(matched.task.bytes);
  Tell(matched.topic, event);
}

void Participations::On(core::Time, const core::MatchFinished& finished) {
  const auto found = open_.find(finished.topic);
  if (found == open_.end()) return;
  const bool left = finished.end == core::MatchEnd::kLeft;
  Json result = {{"end", left ? found->second.left : NameOf(finished.end)}};
  result["wanted"] = finished.wanted;
  result["partners"] = finished.partners;
  result["requests"] = finished.requests;
  result["levels"] = finished.levels;
  result["took_us"] = finished.took.us;
  End(finished.topic, result);
}

void Participations::On(core::Time time, const core::TaskAccepted& accepted) {
  Json event = Event("task_accepted", time);
  event["task"] = HexText(accepted.task.bytes);
  event["node"] = NodeText(accepted.matcher);
  event["budget_left"] = accepted.budget_left;
  TellWorkers(event);
}

void Participations::On(core::Time time, const core::TaskDeclined& declined) {
  Json event = Event("task_declined", time);
  event["task"] = HexText(declined.task.bytes);
  event["node"] = NodeText(declined.matcher);
  event["reason"] = NameOf(declined.reason);
  TellWorkers(event);
}

void Participations::On(core::Time time, const core::TaskFinished& finished) {
  Json event = Event("task_finished", time);
  event["task"] = HexText(finished.task.bytes);
  TellWorkers(event);
}

}  // namespace node
