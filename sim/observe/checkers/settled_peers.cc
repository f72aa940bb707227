#include "sim/observe/checkers/settled_peers.h"

#include "sim/observe/allowances.h"

namespace sim {

void SettledPeers::Reach(core::PeerId peer) {
  if (peer.value >= joined_.size()) joined_.resize(peer.value + 1, WorldTime::Never());
}

void SettledPeers::OnFact(const WorldView&, const Fact& fact) {
  if (!std::holds_alternative<core::Joined>(fact.what)) return;
  Reach(fact.peer);
  // A later refresh does not make a peer a newcomer.
  WorldTime& joined = joined_[fact.peer.value];
  if (joined == WorldTime::Never()) joined = fact.at;
}

void SettledPeers::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  const bool started = fact.kind == WorldFact::Kind::kStarted;
  if (!started && fact.kind != WorldFact::Kind::kStopped) return;
  Reach(fact.peer);
  // Warm tables at t = 0 know everybody; a restarted peer has to join again.
  const bool warm = started && world.scenario().warm && fact.at.us == 0;
  joined_[fact.peer.value] = warm ? fact.at - kSettled : WorldTime::Never();
}

bool SettledPeers::Joined(core::PeerId peer, WorldTime now, core::Duration age) const {
  if (peer.value >= joined_.size() || joined_[peer.value] == WorldTime::Never()) return false;
  return now - joined_[peer.value] >= age;
}

}  // namespace sim
