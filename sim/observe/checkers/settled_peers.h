// SettledPeers: who has been part of the overlay long enough that others must know it. Shared by
// the routing checkers.
//
// A peer settles kSettled after it reported that its join was over (or after its start in a warm
// world) and falls out when it stops.
#pragma once

#include <vector>

#include "sim/observe/observer.h"

namespace sim {

class SettledPeers {
 public:
  void OnFact(const WorldView& world, const Fact& fact);
  void OnWorldFact(const WorldView& world, const WorldFact& fact);

  // Has the peer been joined since before `now` - `age`, without a stop?
  [[nodiscard]] bool Joined(core::PeerId peer, WorldTime now, core::Duration age) const;

 private:
  void Reach(core::PeerId peer);

  std::vector<WorldTime> joined_;  // By peer; Never: not joined.
};

}  // namespace sim
