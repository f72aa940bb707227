// What others see of a host.
#include <algorithm>
#include <utility>

#include "core/codec/canonical.h"
#include "core/matchmaking/keys.h"
#include "node/host/endpoints.h"
#include "node/host/host.h"

namespace node {
namespace {

std::vector<std::string> TextsOf(const core::AddressList& addresses) {
  std::vector<std::string> texts;
  for (const core::Address& address : addresses) texts.emplace_back(address.view());
  return texts;
}

}  // namespace

std::string_view TextOf(HostPhase phase) {
  switch (phase) {
    case HostPhase::kSeeking:
      return "seeking";
    case HostPhase::kRunning:
      return "running";
    case HostPhase::kJoined:
      return "joined";
    case HostPhase::kStopping:
      return "stopping";
    case HostPhase::kStopped:
      return "stopped";
  }
  return "unknown";
}

NodeStatus Host::Status() const {
  NodeStatus status;
  const Moment now = time_();
  status.id = identity_->node_id();
  status.network = identity_->network();
  status.version = options_.version;
  status.phase = phase_;
  status.client = client_;
  status.reachability = discovery_->reachability();
  status.incarnation = incarnation_;
  status.listen = listening();
  status.advertised = TextsOf(own_.List());
  status.uptime = now.steady - begun_.steady;
  status.time = clock_.time();
  status.clock_ahead = clock_.ahead();
  status.clock_jumps_forward = clock_.jumps_forward();
  status.clock_jumps_back = clock_.jumps_back();
  status.steps = steps_;
  status.contacts = peer_ == nullptr ? 0 : peer_->Contacts().size();
  status.connections = connections_.size();
  status.outbound = discovery_->outbound();
  status.routines = transport_.routines();
  status.known_peers = discovery_->book().size();
  status.banned_peers = discovery_->bans().size();
  status.handles = directory_.size();
  status.handles_swept = directory_.swept();
  status.handles_refused = directory_.refused();
  status.core_bytes = peer_ == nullptr ? 0 : peer_->MemoryUsage();
  status.disk_free = DiskFree();
  status.storage = rows_.ok() ? memory_->Health() : rows_;
  status.out_of_descriptors = transport_.degraded();
  return status;
}

std::vector<PeerStatus> Host::Peers() const {
  std::map<core::NodeId, PeerStatus> peers;
  const auto entry = [&](core::PeerId peer) -> PeerStatus& {
    PeerStatus& status = peers[directory_.NodeIdOf(peer)];
    status.id = directory_.NodeIdOf(peer);
    status.addresses = TextsOf(directory_.AddressesOf(peer));
    return status;
  };
  if (peer_ != nullptr) {
    for (const core::PeerId peer : peer_->Contacts()) entry(peer).contact = true;
  }
  const core::Time now = time_().steady;
  for (const auto& [socket, connection] : connections_) {
    PeerStatus& status = entry(connection.peer);
    status.remote = FromAsio(connection.info.remote);
    status.dialled = connection.info.dialled;
    status.connected = now - connection.opened;
    status.frames_in = connection.frames_in;
  }
  std::vector<PeerStatus> list;
  list.reserve(peers.size());
  for (auto& [id, status] : peers) list.push_back(std::move(status));
  return list;
}

std::vector<core::ModuleDigest> Host::ModuleDigests() const {
  return peer_ == nullptr ? std::vector<core::ModuleDigest>() : peer_->ModuleDigests();
}

core::SettledState Host::Settled() const {
  return peer_ == nullptr ? core::SettledState{} : peer_->Settled();
}

core::NodeId Host::NodeIdOf(core::PeerId peer) const {
  return peer == core::kNoPeer ? core::NodeId{} : directory_.NodeIdOf(peer);
}

core::Key256 Host::TopicOf(const core::Topic& topic) const {
  return core::HashTopic(context_, topic);
}

core::BlockId Host::BlockOf(std::string_view name) const {
  core::Bytes bytes;
  core::BlockNameBytes(context_.network, name, bytes);
  return {suite_->Sha256(bytes)};
}

uint64_t Host::Observe(Observer observer) {
  const uint64_t id = next_observer_++;
  observers_.emplace(id, std::move(observer));
  return id;
}

void Host::Unobserve(uint64_t id) {
  observers_.erase(id);
}

}  // namespace node
