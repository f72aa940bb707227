#include "sim/workflow/travel/state_at.h"

#include "sim/observe/state_text.h"

namespace sim {

core::Status StateAt::Run() {
  World& world = session_.world();
  const WorldTime window = world.WindowOf(position_.at);
  ASSIGN_OR_RETURN(const RunState before, session_.RunTo(window));
  if (before == RunState::kStopped) return core::Internal("interrupted");
  world.SetInspector(this);
  const auto state = session_.RunTo(window + core::Microseconds(1));
  world.SetInspector(nullptr);
  RETURN_IF_ERROR(state.status());
  if (*state == RunState::kStopped) return core::Internal("interrupted");
  if (text_.empty()) Take();
  return core::Status();
}

// What the peer is before its first event behind the position is what it was at the position.
void StateAt::Before(WorldTime at, core::PeerId peer) {
  if (peer != peer_) return;
  const EventKey next = counter_.Next(at, peer);
  if (text_.empty() && next > position_) Take();
}

void StateAt::Take() {
  const World& world = session_.world();
  StateText text("peer " + std::to_string(peer_.value), world.LocalTime(peer_, position_.at));
  world.Describe(peer_, text);
  text_ = text.Lines();
}

}  // namespace sim
