// A peer that leads lookups astray: the peers named in its Nodes replies are replaced by those of
// `named` that are nearest to the target (accomplices: the eclipse of scenario 32; ghosts: dead
// ends), or by nobody. It never names the asker to itself.
#pragma once

#include <vector>

#include "core/base/ids.h"
#include "core/codec/directory.h"
#include "sim/scenario/scenario.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class LyingRouter : public Role {
 public:
  // REQUIRES: directory knows every member of named and outlives the role.
  LyingRouter(const Occasions& occasions, const PeerSet& named, const core::Directory* directory);

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  void Misname(core::Nodes& nodes, core::PeerId asker);

  Occasions occasions_;
  PeerSet named_;
  const core::Directory* directory_;
  std::vector<core::PeerId> nearest_;  // Scratch.
};

}  // namespace sim
