// What the sockets of one transport share, and what they tell it. Outlives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "node/handshake/handshake.h"
#include "node/transport/clock_source.h"
#include "node/transport/counters.h"
#include "node/transport/deadlines.h"
#include "node/transport/events.h"
#include "node/transport/reassembly.h"
#include "node/transport/settings.h"
#include "node/transport/write_buffer.h"

namespace node {

class Socket;

// The transport, as a socket sees it.
class SocketOwner {
 public:
  virtual ~SocketOwner() = default;

  // Before our verdict about a proven peer.
  [[nodiscard]] virtual Verdict JudgePeer(const Socket& socket, const RemotePeer& peer) = 0;
  // The peer is proven and accepted by both sides. Returns why the socket must go all the same:
  // another one of the same peer is kept, or the last place has just been taken.
  [[nodiscard]] virtual std::optional<SocketEnd> Register(Socket& socket,
                                                          const RemotePeer& peer) = 0;
  virtual void OnSocketOpen(Socket& socket, const RemotePeer& peer) = 0;
  [[nodiscard]] virtual Taken OnSocketPacket(Socket& socket, const Packet& packet) = 0;
  virtual void OnSocketWritable(Socket& socket) = 0;
  // The socket has left `open`, or failed before it.
  virtual void OnSocketEnd(Socket& socket, const SocketEnd& end) = 0;
  // The handle is closed; the transport lets go of the socket when the loop turns.
  virtual void OnSocketClosed(Socket& socket) = 0;
};

struct SocketContext {
  const TransportSettings& settings;
  const ClockSource& clock;
  const Identity& identity;
  const Hello& offer;
  SocketOwner& owner;
  Deadlines& deadlines;
  TransportCounters counters{};
  ByteBudget reassembly{};
  size_t routines = 0;
  PieceStore pieces{};
  // One buffer for all that is read; it serves one turn of the loop. Empty before the first use.
  std::vector<uint8_t> read_buffer{};
};

// A read takes at most this much at once; what a record needs beyond is kept by its socket.
inline constexpr size_t kReadBufferBytes = size_t{256} << 10;

}  // namespace node
