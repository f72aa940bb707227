#include "sim/observe/checkers/routing_checker.h"

#include "sim/observe/allowances.h"

namespace sim {

WorldTime& RoutingChecker::JoinOf(core::PeerId peer) {
  if (peer.value >= joined_.size()) joined_.resize(peer.value + 1, WorldTime::Never());
  return joined_[peer.value];
}

void RoutingChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* lookup = std::get_if<core::LookupDone>(&fact.what)) {
    OnLookup(world, fact, *lookup);
  } else if (std::holds_alternative<core::Joined>(fact.what)) {
    WorldTime& joined = JoinOf(fact.peer);
    if (joined == WorldTime::Never()) joined = fact.at;
  }
}

void RoutingChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  switch (fact.kind) {
    case WorldFact::Kind::kStarted:
    case WorldFact::Kind::kStopped:
    case WorldFact::Kind::kPaused:
    case WorldFact::Kind::kResumed:
      return OnProcess(world, fact);
    case WorldFact::Kind::kFaultBegan:
    case WorldFact::Kind::kFaultEnded:
      return OnFault(world, fact);
    case WorldFact::Kind::kCalm:
    case WorldFact::Kind::kCommanded:
    case WorldFact::Kind::kUnreadable:
    case WorldFact::Kind::kForgot:
      return;
  }
}

void RoutingChecker::OnProcess(const WorldView& world, const WorldFact& fact) {
  WorldTime& joined = JoinOf(fact.peer);
  if (fact.kind == WorldFact::Kind::kPaused) {
    paused_.insert(fact.peer);
    return;
  }
  paused_.erase(fact.peer);
  if (fact.kind == WorldFact::Kind::kResumed) {
    if (joined != WorldTime::Never()) joined = fact.at;
    return;
  }
  // Warm tables at t = 0 know everybody; a restarted peer has to join again.
  const bool started = fact.kind == WorldFact::Kind::kStarted;
  const bool warm = started && world.scenario().warm && fact.at.us == 0;
  joined = warm ? fact.at - kSettled : WorldTime::Never();
}

void RoutingChecker::OnFault(const WorldView& world, const WorldFact& fact) {
  const Fault::Kind kind = world.scenario().faults[fact.detail].kind;
  if (kind != Fault::Kind::kPartition && kind != Fault::Kind::kIsolate) return;
  last_cut_ = fact.at;
  if (fact.kind == WorldFact::Kind::kFaultBegan) {
    ++cuts_;
  } else if (cuts_ > 0) {
    --cuts_;
  }
}

bool RoutingChecker::Joined(core::PeerId peer, WorldTime now, core::Duration age) const {
  if (peer.value >= joined_.size() || joined_[peer.value] == WorldTime::Never()) return false;
  return now - joined_[peer.value] >= age && !paused_.contains(peer);
}

}  // namespace sim
