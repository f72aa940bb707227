// From effects to events: what a step wants done, in the order in which it was asked for.
#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/hash.h"
#include "sim/world/turn.h"

namespace sim {
namespace {

// Modelled cryptography costs virtual time (performance.md, section 4: one core, libsodium 1.0.18).
constexpr core::Duration kSignTime = core::Microseconds(23);
constexpr core::Duration kVerifyTime = core::Microseconds(50);

// A fact outlives the effects of its step.
void KeepContent(StepLane& lane) {
  core::Observation& what = lane.facts.back().what;
  if (auto* read = std::get_if<core::BlockRead>(&what)) {
    read->value = lane.contents.emplace_back(read->value.begin(), read->value.end());
  } else if (auto* seen = std::get_if<core::Seen>(&what)) {
    seen->record = &lane.records.emplace_back(*seen->record);
  } else if (auto* formed = std::get_if<core::BlockFormed>(&what)) {
    formed->block = lane.contents.emplace_back(formed->block.begin(), formed->block.end());
  }
}

}  // namespace

void World::Dispatch(Turn& turn) {
  core::Effects& effects = turn.lane.effects;
  WorldTime departure = turn.now;
  if (scenario_.modelled_crypto) {
    departure = departure + kSignTime * effects.signs() + kVerifyTime * effects.verifies();
  }
  for (const core::Outgoing& outgoing : effects.sends()) {
    if (!outgoing.to.empty()) Route(turn, outgoing, departure);
  }
  if (!effects.stores().empty()) Store(turn, departure);
  ShowUsers(turn);
  ReportFacts(turn);
  Arm(turn);
}

void World::ShowUsers(Turn& turn) {
  PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr) return;
  const auto& observations = turn.lane.effects.observations();
  if (extras->user != nullptr) extras->user->Observe(observations);
  if (extras->collections == nullptr) return;
  extras->collections->Observe(observations, turn.local);
  ReportDeeds(turn);
}

// REQUIRES: somebody at the peer works with collections.
void World::ReportDeeds(Turn& turn) {
  for (UserDeed& deed : turn.slot.extras->collections->TakeDeeds()) {
    turn.lane.user_facts.push_back({turn.now, turn.peer, std::move(deed)});
  }
}

// One message: encoded once, whatever the number of its receivers.
void World::Route(Turn& turn, const core::Outgoing& outgoing, WorldTime departure) {
  StepLane& lane = turn.lane;
  lane.wire.Encode(outgoing.message, lane.encoded);
  const auto receivers = static_cast<uint32_t>(outgoing.to.size());
  const uint32_t handle = lane.frames.Take(lane.encoded.size(), receivers);
  FramePool::Frame& frame = frames_.At(handle);
  std::memcpy(frame.bytes().data(), lane.encoded.data(), lane.encoded.size());
  frame.from = turn.peer;
  frame.type = static_cast<uint8_t>(outgoing.message.body.index());
  frame.digest = core::HashBytes(frame.bytes());
  TypeTraffic& traffic = lane.traffic.by_type[frame.type];
  traffic.sent += receivers;
  traffic.bytes += uint64_t{receivers} * frame.length;
  if (observers_.WantsMessages()) {
    for (const core::PeerId to : outgoing.to) {
      Tap(turn, {turn.now, turn.peer, to, &outgoing.message, frame.length, MessageFact::Fate::kSent,
                 DropReason::kNone, frame.type, frame.bytes()});
    }
  }
  for (const core::PeerId to : outgoing.to) Post(turn, to, handle, departure);
}

// One receiver's copy: lost, delivered once, or twice; possibly with a flipped byte.
void World::Post(Turn& turn, core::PeerId to, uint32_t handle, WorldTime departure) {
  FramePool::Frame& frame = frames_.At(handle);
  const Passage passage = network_->Send(
      {departure, turn.peer, to, turn.outbox.sequence(), frame.length}, turn.slot.link);
  if (passage.lost) {
    turn.outbox.SkipSequence();
    turn.lane.traffic.dropped.Add(passage.reason);
    if (observers_.WantsMessages()) {
      Tap(turn, {turn.now, turn.peer, to, nullptr, frame.length, MessageFact::Fate::kDropped,
                 passage.reason, frame.type, frame.bytes()});
    }
    return turn.lane.frames.Release(handle);
  }
  uint32_t arriving = handle;
  if (passage.corrupted) arriving = CorruptedCopy(turn, handle, passage);
  turn.outbox.Post(departure + passage.delay, to, arriving);
  if (passage.duplicated) {
    frames_.At(arriving).references.fetch_add(1, std::memory_order_relaxed);
    turn.outbox.Post(departure + passage.duplicate_delay, to, arriving);
  }
}

// Takes over the receiver's share of the original.
uint32_t World::CorruptedCopy(Turn& turn, uint32_t handle, const Passage& passage) {
  FramePool::Frame& frame = frames_.At(handle);
  const uint32_t copied = turn.lane.frames.Take(frame.length, 1);
  FramePool::Frame& copy = frames_.At(copied);
  std::memcpy(copy.bytes().data(), frame.bytes().data(), frame.length);
  copy.bytes()[passage.corrupt_position] ^= passage.corrupt_flip;
  copy.from = frame.from;
  copy.type = frame.type;
  copy.digest = core::HashBytes(copy.bytes());
  turn.lane.frames.Release(handle);
  return copied;
}

void World::ReportFacts(Turn& turn) {
  uint32_t index = 0;
  for (const core::Observation& observation : turn.lane.effects.observations()) {
    if (observers_.Wanted(observation)) {
      turn.lane.facts.push_back({turn.now, turn.peer, index, turn.local, observation});
      KeepContent(turn.lane);
    }
    ++index;
  }
}

void World::Tap(Turn& turn, const MessageFact& fact) {
  TappedMessage tapped{fact, turn.tapped++, turn.peer, {}, {}};
  if (fact.message != nullptr) tapped.content = *fact.message;
  if (observers_.WantsFrames()) tapped.frame.assign(fact.frame.begin(), fact.frame.end());
  turn.lane.tapped.push_back(std::move(tapped));
}

// Deadlines are the peer's own clock's, and its user's; a paused process wakes when it goes on.
void World::Arm(Turn& turn) {
  core::Time local = turn.slot.process->NextDeadline();
  WorldTime not_before = turn.now;
  if (const PeerExtras* extras = turn.slot.extras.get()) {
    for (const auto& role : extras->roles) local = std::min(local, role->NextDeadline());
    if (extras->collections != nullptr) {
      local = std::min(local, extras->collections->NextDeadline());
    }
    not_before = std::max(not_before, extras->paused_until);
  }
  const WorldTime deadline = clocks_->WorldAt(turn.peer, local);
  turn.outbox.Arm(deadline == WorldTime::Never() ? deadline : std::max(not_before, deadline));
}

}  // namespace sim
