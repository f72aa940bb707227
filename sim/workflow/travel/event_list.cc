#include "sim/workflow/travel/event_list.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"

#include "sim/observe/narrate.h"

namespace sim {
namespace {

constexpr core::Duration kStretch = core::Milliseconds(20);

std::string WhatOf(const InspectedEvent& event) {
  std::string what(event.what);
  if (event.from != kWorld && event.from != event.peer)
    what += " from " + std::to_string(event.from.value);
  return what;
}

std::vector<std::string> LinesOf(const InspectedEvent& event) {
  std::vector<std::string> lines;
  for (const TappedMessage& tapped : event.messages) {
    MessageFact fact = tapped.fact;
    if (fact.message != nullptr) fact.message = &tapped.content;
    lines.push_back(Narrate(fact));
  }
  for (const WorldFact& fact : event.world_facts) lines.push_back(Narrate(fact));
  for (const UserFact& fact : event.user_facts) lines.push_back(Narrate(fact));
  for (const Fact& fact : event.facts) lines.push_back(Narrate(fact));
  return lines;
}

}  // namespace

// Makes the world tell everything, and hears what is no peer's event.
class EventList::Listener : public Observer {
 public:
  explicit Listener(EventList& list) : list_(list) {}

  [[nodiscard]] bool WantsMessages() const override { return true; }

  void OnWorldFact(const WorldView&, const WorldFact& fact) override {
    const bool of_the_world = fact.peer == core::kNoPeer || fact.kind == WorldFact::Kind::kResumed;
    if (!of_the_world || list_.query_.peer != core::kNoPeer) return;
    list_.world_index_ = fact.at == list_.world_at_ ? list_.world_index_ + 1 : 0;
    list_.world_at_ = fact.at;
    list_.Take({{fact.at, core::kNoPeer, list_.world_index_}, "the world", {Narrate(fact)}});
  }

 private:
  EventList& list_;
};

core::Status EventList::Run(const std::function<bool()>& goes_on) {
  World& world = session_.world();
  WorldTime next = world.WindowOf({std::max(query_.from.at.us, int64_t{0})});
  ASSIGN_OR_RETURN(RunState state, session_.RunTo(next));
  session_.observers().Add(std::make_unique<Listener>(*this));
  world.SetInspector(this);
  while (state == RunState::kPaused && next <= query_.until.at &&
         (query_.last || events_.size() < query_.count)) {
    next = std::min(world.WindowOf(next + kStretch), query_.until.at) + core::Microseconds(1);
    auto ran = session_.RunTo(next);
    if (!ran.ok()) world.SetInspector(nullptr);
    ASSIGN_OR_RETURN(state, std::move(ran));
    if (query_.last) Trim();
    if (!goes_on()) break;
  }
  world.SetInspector(nullptr);
  Trim();
  return state == RunState::kStopped ? core::Internal("interrupted") : core::Status();
}

void EventList::After(const InspectedEvent& event) {
  if (query_.peer != core::kNoPeer && event.peer != query_.peer) return;
  const EventKey key = counter_.Next(event.at, event.peer);
  if (key <= query_.from || key > query_.until) return;
  Take({key, WhatOf(event), LinesOf(event)});
}

void EventList::Take(ToldEvent event) {
  if (event.key > query_.from && event.key <= query_.until) events_.push_back(std::move(event));
}

// The engine runs a window peer by peer.
void EventList::Trim() {
  std::sort(events_.begin(), events_.end(),
            [](const ToldEvent& a, const ToldEvent& b) { return a.key < b.key; });
  if (events_.size() <= query_.count) return;
  const auto surplus = static_cast<std::ptrdiff_t>(events_.size() - query_.count);
  if (query_.last) {
    events_.erase(events_.begin(), events_.begin() + surplus);
  } else {
    events_.erase(events_.end() - surplus, events_.end());
  }
}

std::string InstantText(WorldTime at) {
  return absl::StrFormat("%d.%06ds", at.us / 1'000'000, at.us % 1'000'000);
}

std::string EventText(const ToldEvent& event) {
  std::string text = InstantText(event.key.at);
  if (event.key.peer != core::kNoPeer) {
    text += absl::StrFormat(" #%d peer %d", event.key.index, event.key.peer.value);
  }
  text += ": " + event.what + "\n";
  for (const std::string& line : event.lines) text += "    " + line + "\n";
  return text;
}

}  // namespace sim
