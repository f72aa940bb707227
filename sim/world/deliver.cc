// From events to inputs: what the engine hands to a peer, and what becomes of it.
//
//   event                  | process runs                            | process is down
//   errand of the world    | see agenda.cc                           | start; all else is void
//   frame from another     | admitted by its link: decode and Step   | lost; a crashed process's machine refuses
//   frame from itself      | a deferred arrival: decode and Step     | lost
//   refusal                | Link down                               | void
//   alarm                  | see disk.cc                             | see disk.cc
//   wake-up                | Step(Wake)                              | void
#include <algorithm>

#include "sim/world/turn.h"

namespace sim {
namespace {

// The two enums have the same values (core/codec/decode_error.h).
core::GarbledReason ReasonOf(core::DecodeError::Kind kind) {
  return static_cast<core::GarbledReason>(kind);
}

}  // namespace

void World::Deliver(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event) {
  if (inspector_ != nullptr) [[unlikely]]
    return InspectedDeliver(lane, outbox, now, event);
  HandleDelivery(lane, outbox, now, event);
}

void World::Wake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer) {
  if (inspector_ != nullptr) [[unlikely]]
    return InspectedWake(lane, outbox, now, peer);
  HandleWake(lane, outbox, now, peer);
}

void World::HandleDelivery(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event) {
  PeerSlot& slot = slots_[event.to.value];
  Turn turn{lane, outbox, slot, event.to, now, clocks_->LocalAt(event.to, now)};
  if (event.from == kWorld) return CarryOut(turn, Errand::Unpack(event.payload));
  if (event.payload == kRefusal) {
    if (slot.process != nullptr) Step(turn, core::Link{event.from, false});
    return;
  }
  if (event.payload >= Alarm::kFirst) return Ring(turn, event.payload);
  if (slot.process == nullptr) return DropArrival(turn, event.payload, DropReason::kDown);
  if (event.from == event.to || Admit(turn, event.payload)) Arrive(turn, event.payload);
}

void World::HandleWake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer) {
  PeerSlot& slot = slots_[peer.value];
  if (slot.process == nullptr) return;
  Turn turn{lane, outbox, slot, peer, now, clocks_->LocalAt(peer, now)};
  if (slot.extras != nullptr && slot.extras->paused_until > now) return Arm(turn);
  if (slot.extras != nullptr && slot.extras->collections != nullptr) {
    slot.extras->collections->OnDeadline(turn.local);
  }
  Step(turn, core::Wake{});
}

// The receiver's side of the link, the pause and the processor: true when the frame is handled now.
bool World::Admit(Turn& turn, uint32_t handle) {
  const FramePool::Frame& frame = frames_.At(handle);
  const ReceiverVerdict verdict =
      network_->Receive({turn.now, frame.from, turn.peer, 0, frame.length}, turn.slot.link);
  if (verdict.dropped()) {
    DropArrival(turn, handle, verdict.reason);
    return false;
  }
  WorldTime at = verdict.at;
  core::Duration service = scenario_.groups[turn.slot.group].service_time;
  if (PeerExtras* extras = turn.slot.extras.get()) {
    at = std::max(at, extras->paused_until);
    if (extras->slow_until > turn.now) service = service + extras->slow_by;
  }
  if (service.us > 0) {
    PeerExtras& extras = turn.slot.Extras();
    at = std::max(at, extras.busy_until) + service;
    extras.busy_until = at;
  }
  if (at <= turn.now) return true;
  turn.lane.traffic.queue_delay.Record((at - turn.now).us);
  turn.outbox.Post(at, turn.peer, handle);
  return false;
}

void World::Arrive(Turn& turn, uint32_t handle) {
  FramePool::Frame& frame = frames_.At(handle);
  const core::PeerId from = frame.from;
  const core::DecodeError error = turn.lane.wire.Decode(frame.bytes(), turn.lane.message);
  ++turn.lane.traffic.by_type[frame.type].delivered;
  const core::Message* message = error.ok() ? &turn.lane.message : nullptr;
  if (observers_.WantsMessages()) {
    Tap(turn, {turn.now, from, turn.peer, message, frame.length, MessageFact::Fate::kDelivered,
               DropReason::kNone, frame.type, frame.bytes()});
  }
  turn.lane.frames.Release(handle);
  if (error.ok()) {
    Step(turn, core::Arrival{from, message});
  } else {
    Step(turn, core::Garbled{from, ReasonOf(error.kind)});
  }
}

void World::DropArrival(Turn& turn, uint32_t handle, DropReason reason) {
  FramePool::Frame& frame = frames_.At(handle);
  const core::PeerId from = frame.from;
  turn.lane.traffic.dropped.Add(reason);
  if (observers_.WantsMessages()) {
    Tap(turn, {turn.now, from, turn.peer, nullptr, frame.length, MessageFact::Fate::kDropped,
               reason, frame.type, frame.bytes()});
  }
  turn.lane.frames.Release(handle);
  if (reason == DropReason::kDown && turn.slot.refuses && from != turn.peer) {
    turn.outbox.Post(turn.now + network_->OneWay(turn.peer, from), from, kRefusal);
  }
}

// The user at the peer sees what comes of it, and may ask for more at once.
void World::Step(Turn& turn, core::Input input) {
  StepOnce(turn, std::move(input));
  PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr) return;
  while (std::optional<core::Command> call = TakeCall(*extras)) {
    StepOnce(turn, *std::move(call));
  }
}

std::optional<core::Command> World::TakeCall(PeerExtras& extras) {
  std::optional<core::Command> call;
  if (extras.user != nullptr) call = extras.user->TakeCall();
  if (!call.has_value() && extras.collections != nullptr) call = extras.collections->TakeCall();
  return call;
}

void World::StepOnce(Turn& turn, core::Input input) {
  core::Effects& effects = turn.lane.effects;
  effects.Clear();
  ++turn.lane.traffic.steps;
  PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr || extras->roles.empty()) {
    turn.slot.process->Step(turn.local, input, effects);
  } else {
    for (const auto& role : extras->roles) {
      if (!role->Before(turn.local, input)) return;
    }
    turn.slot.process->Step(turn.local, input, effects);
    for (auto role = extras->roles.rbegin(); role != extras->roles.rend(); ++role) {
      (*role)->After(turn.local, input, effects);
    }
  }
  Dispatch(turn);
}

}  // namespace sim
