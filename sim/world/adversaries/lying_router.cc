#include "sim/world/adversaries/lying_router.h"

#include <algorithm>
#include <variant>

namespace sim {

LyingRouter::LyingRouter(const Occasions& occasions, const PeerSet& named,
                         const core::Directory* directory)
    : occasions_(occasions), named_(named), directory_(directory) {}

void LyingRouter::Misname(core::Nodes& nodes, core::PeerId asker) {
  nearest_.clear();
  const auto nearer = [&](core::PeerId a, core::PeerId b) {
    return core::Nearer(nodes.target, directory_->NodeIdOf(a), directory_->NodeIdOf(b));
  };
  for (const auto& [first, end] : named_.ranges) {
    for (core::PeerId peer{first}; peer.value < end; ++peer.value) {
      if (peer == asker) continue;
      const bool full = nearest_.size() == nodes.peers.capacity();
      if (full && !nearer(peer, nearest_.back())) continue;
      if (full) nearest_.pop_back();
      nearest_.insert(std::upper_bound(nearest_.begin(), nearest_.end(), peer, nearer), peer);
    }
  }
  nodes.peers.clear();
  for (const core::PeerId peer : nearest_) nodes.peers.push_back(peer);
}

void LyingRouter::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    auto* const nodes = std::get_if<core::Nodes>(&out.message.body);
    if (nodes == nullptr || out.to.empty() || !occasions_.Misbehave()) continue;
    Misname(*nodes, out.to.front());
  }
}

}  // namespace sim
