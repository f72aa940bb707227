// What a transport tells its owner: the one interface between sockets and the node.
//
// Every call comes from the thread that runs the io_context, never from inside Send, Request or
// Answer. Close and Stop call OnClosed before they return. The owner may call the transport from
// inside any of these. Source: protocols_of_the_other_seeds.md, 4.2 (the runner), 4.8 P4 and P8.
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/ids.h"
#include "node/handshake/handshake.h"
#include "node/transport/asio.h"
#include "node/transport/close_reason.h"
#include "node/transport/sink.h"

namespace node {

// Names a socket for the life of its transport; never used again.
struct SocketId {
  uint64_t value = 0;

  friend auto operator<=>(const SocketId&, const SocketId&) = default;
};

// What the owner did with a packet.
enum class Taken : uint8_t {
  kYes,
  kLater,    // It stays in the socket's sink, and all that follow with it, until Resume.
  kGarbled,  // It could not be read: counts as a rejected chunk.
};

struct SocketInfo {
  SocketId id;
  bool dialled = false;  // By us.
  Endpoint remote;
};

class TransportEvents {
 public:
  virtual ~TransportEvents() = default;

  // Bans and the like, about a proven peer, before it is let in. Every proven peer is judged, also one whose connection
  // the transport then refuses as a duplicate.
  [[nodiscard]] virtual Verdict JudgePeer(const SocketInfo& /*socket*/,
                                          const RemotePeer& /*peer*/) {
    return Verdict::kAccept;
  }

  // Before any packet of this socket.
  virtual void OnOpened(const SocketInfo& socket, const RemotePeer& peer) = 0;

  [[nodiscard]] virtual Taken OnPacket(SocketId socket, const core::NodeId& from,
                                       const Packet& packet) = 0;

  // Exactly once for each OnOpened, and nothing about this socket afterwards.
  virtual void OnClosed(SocketId socket, const core::NodeId& peer, const SocketEnd& end) = 0;

  // A dialled socket ended before it opened.
  virtual void OnDialFailed(const SocketInfo& socket, const SocketEnd& end) = 0;

  // A socket that answered "busy" has half of its write buffer free again.
  virtual void OnWritable(SocketId /*socket*/) {}
};

}  // namespace node
