// NodeView: what others may see of a running node, and what they may ask of it: the admin pages and the control socket are
// written against this and nothing else.
//
// Everything is a copy as of now; nothing here is secret. Commands are checked, then become core::Command inputs; what
// comes of them is told to the observers as the core's own observations. Thread rule: the node's one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arachnode/ring_overview.h"
#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/peer/peer.h"
#include "core/port/command.h"
#include "core/port/observation.h"
#include "core/recording/recorder.h"
#include "node/base/clocks.h"
#include "node/discovery/address.h"
#include "node/discovery/nat_probe.h"
#include "node/host/courier.h"
#include "node/host/message_counters.h"
#include "node/transport/counters.h"

namespace node {

// seeking: waits for somebody to join through.  running: the core has started.  joined: and knows its neighbours.
enum class HostPhase : uint8_t { kSeeking = 1, kRunning, kJoined, kStopping, kStopped };

[[nodiscard]] std::string_view TextOf(HostPhase phase);

struct NodeStatus {
  core::NodeId id;
  core::Key256 network;
  std::string version;
  HostPhase phase = HostPhase::kSeeking;
  bool client = false;  // Takes part as one that nobody can dial.
  Reachability reachability = Reachability::kUnknown;
  uint64_t incarnation = 0;
  std::optional<IpEndpoint> listen;
  std::vector<std::string> advertised;
  core::Duration uptime;
  core::Time time;             // The peer's clock.
  core::Duration clock_ahead;  // Of the wall clock, after that was set back.
  uint64_t clock_jumps_forward = 0;
  uint64_t clock_jumps_back = 0;
  uint64_t steps = 0;
  size_t contacts = 0;  // In the routing table.
  size_t connections = 0;
  size_t outbound = 0;     // Of them, kept by discovery.
  size_t routines = 0;     // Of the transport: 1 + 2 * connections while it listens.
  size_t known_peers = 0;  // In the peer book.
  size_t banned_peers = 0;
  size_t handles = 0;
  uint64_t handles_swept = 0;
  uint64_t handles_refused = 0;
  size_t core_bytes = 0;
  std::optional<uint64_t>
      disk_free;         // Bytes where the store lies; nothing: the system does not say.
  core::Status storage;  // Of the last write; or why the core has no rows to start with.
  bool out_of_descriptors = false;
};

struct PeerStatus {
  core::NodeId id;
  std::optional<IpEndpoint> remote;  // Of the connection, if there is one.
  bool dialled = false;
  std::optional<core::Duration> connected;  // For how long.
  bool contact = false;                     // In the routing table.
  std::vector<std::string> addresses;       // Where it says, or others say, that it can be dialled.
  uint64_t frames_in = 0;                   // Of this connection.
};

class NodeView {
 public:
  using Observer = std::function<void(core::Time, const core::Observation&)>;

  virtual ~NodeView() = default;

  [[nodiscard]] virtual NodeStatus Status() const = 0;
  // Connected peers and contacts, by node id.
  [[nodiscard]] virtual std::vector<PeerStatus> Peers() const = 0;
  [[nodiscard]] virtual const MessageCounters& Messages() const = 0;
  [[nodiscard]] virtual const TransportCounters& Sockets() const = 0;
  [[nodiscard]] virtual const Courier::Counters& Frames() const = 0;
  [[nodiscard]] virtual std::vector<core::ModuleDigest> ModuleDigests() const = 0;
  // The node's place in the storage rings; an empty one before the core starts.
  [[nodiscard]] virtual core::RingOverview Rings() const = 0;

  // The flight recorder of this incarnation, to be saved; nullptr: there is none. Valid until the loop turns. It holds
  // the seed of the incarnation's random choices: a file of it has mode 0600.
  [[nodiscard]] virtual const core::Recorder* Recording() const = 0;

  // Whom a handle in an observation means. Asked within the observer's call.
  [[nodiscard]] virtual core::NodeId NodeIdOf(core::PeerId peer) const = 0;
  // The topic as it stands in observations.
  [[nodiscard]] virtual core::Key256 TopicOf(const core::Topic& topic) const = 0;
  // The block that people call by this name, in the node's network.
  [[nodiscard]] virtual core::BlockId BlockOf(std::string_view name) const = 0;

  // A command about blocks is a call: exactly one CallFinished with its request number follows, later or at once. A call
  // that outlives its incarnation ends as in doubt (a write) or unavailable (a read). Errors: InvalidArgument with what is
  // wrong with the command, FailedPrecondition when the number is an open call's, ResourceExhausted when too much is open,
  // Unavailable before the core runs and after the stop; of a command to lend what lend_check.h says.
  [[nodiscard]] virtual core::Status Submit(const core::Command& command) = 0;

  // Tells every observation until Unobserve. An observer must not call Submit, Observe or Unobserve from inside the call.
  virtual uint64_t Observe(Observer observer) = 0;
  virtual void Unobserve(uint64_t id) = 0;
};

}  // namespace node
