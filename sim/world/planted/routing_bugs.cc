#include "sim/world/planted/routing_bugs.h"

#include <algorithm>
#include <variant>

namespace sim {
namespace {

using NodeList = core::FixedList<core::PeerId, core::limits::kNodesMax>;

template <typename Edit>
void EditNodes(core::Effects& effects, Edit&& edit) {
  for (core::Outgoing& outgoing : effects.sends()) {
    if (auto* nodes = std::get_if<core::Nodes>(&outgoing.message.body)) edit(*nodes);
  }
}

bool IsRouting(const core::Body& body) {
  return std::holds_alternative<core::Ping>(body) || std::holds_alternative<core::Pong>(body) ||
         std::holds_alternative<core::FindNode>(body) || std::holds_alternative<core::Nodes>(body);
}

}  // namespace

void FarNodes::After(core::Time, const core::Input&, core::Effects& effects) {
  EditNodes(effects, [](core::Nodes& nodes) {
    const size_t kept = (nodes.peers.size() + 3) / 4;
    NodeList far;
    for (size_t i = nodes.peers.size() - kept; i < nodes.peers.size(); ++i) {
      far.push_back(nodes.peers[i]);
    }
    nodes.peers = far;
  });
}

void LongWay::Hear(core::PeerId peer) {
  if (peer == context_.self || known_.size() >= kKnown) return;
  if (std::find(known_.begin(), known_.end(), peer) == known_.end()) known_.push_back(peer);
}

bool LongWay::Before(core::Time, core::Input& input) {
  const auto* arrival = std::get_if<core::Arrival>(&input);
  if (arrival == nullptr || arrival->message == nullptr) return true;
  Hear(arrival->from);
  if (const auto* nodes = std::get_if<core::Nodes>(&arrival->message->body)) {
    for (const core::PeerId peer : nodes->peers) Hear(peer);
  }
  return true;
}

void LongWay::After(core::Time, const core::Input&, core::Effects& effects) {
  const core::Directory& directory = *context_.context->directory;
  EditNodes(effects, [&](core::Nodes& nodes) {
    for (const core::PeerId peer : nodes.peers) Hear(peer);
    // The farthest from the target among those that are nearer than we are.
    core::PeerId told = core::kNoPeer;
    for (const core::PeerId peer : known_) {
      const core::NodeId& id = directory.NodeIdOf(peer);
      if (!core::Nearer(nodes.target, id, directory.NodeIdOf(context_.self))) continue;
      if (told == core::kNoPeer || core::Nearer(nodes.target, directory.NodeIdOf(told), id)) {
        told = peer;
      }
    }
    nodes.peers.clear();
    if (told != core::kNoPeer) nodes.peers.push_back(told);
  });
}

bool Island::Before(core::Time, core::Input& input) {
  if (auto* start = std::get_if<core::Start>(&input)) {
    seeds_.assign(start->seeds.begin(), start->seeds.end());
    std::erase_if(seeds_, [&](core::PeerId peer) { return Foreign(peer); });
    start->seeds = seeds_;
    return true;
  }
  auto* arrival = std::get_if<core::Arrival>(&input);
  if (arrival == nullptr || arrival->message == nullptr) return true;
  return !Foreign(arrival->from) || !IsRouting(arrival->message->body);
}

void Island::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    if (!IsRouting(outgoing.message.body)) continue;
    std::erase_if(outgoing.to, [&](core::PeerId peer) { return Foreign(peer); });
  }
  EditNodes(effects, [&](core::Nodes& nodes) {
    NodeList ours;
    for (const core::PeerId peer : nodes.peers) {
      if (!Foreign(peer)) ours.push_back(peer);
    }
    nodes.peers = ours;
  });
}

}  // namespace sim
