// The TCP transport of a node: listens, dials, keeps the sockets, resolves duplicates, keeps the
// limits. One io_context, one thread, nothing blocks.
//
//   Transport transport(io, settings, clock, {identity, offer}, events);
//   transport.Listen(endpoint);  transport.Dial(endpoint, node_id);  io.run();
//
// Invariants: (1) routines() == listening + 2 * open() (P1); (2) at most one open socket per node
// id, the one dialled by the smaller id, and of two that the same side dialled the later one (P6);
// (3) pending() <= pending_max, dialled sockets <= outbound_max, open accepted ones <= inbound_max,
// accepted ones from one address <= per_address_max; (4) after OnClosed nothing about a socket is
// reported (P4), and OnClosed comes exactly once for each OnOpened (P8); (5) Send, Request and Reply
// never block and never call back. Errors: Listen and Dial return a Status that says what is wrong.
// Thread rule: everything from the thread that runs `io`. Identity, offer, clock and events are
// borrowed and outlive the
// transport, and so does io. Source: issue 3, point 1; protocols_of_the_other_seeds.md,
// section 4; docs/wire_format.md, "Transport frames".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_map.h"

#include "core/base/ids.h"
#include "core/base/status.h"
#include "node/handshake/hello.h"
#include "node/handshake/identity.h"
#include "node/transport/asio.h"
#include "node/transport/events.h"
#include "node/transport/listen_routine.h"
#include "node/transport/settings.h"
#include "node/transport/socket.h"
#include "node/transport/socket_context.h"

namespace node {

// Who this node is and what it offers, as every handshake says it.
struct Introduction {
  const Identity& identity;
  const Hello& offer;
};

class Transport : private SocketOwner {
 public:
  Transport(asio::io_context& io, const TransportSettings& settings, const ClockSource& clock,
            const Introduction& introduction, TransportEvents& events);
  // Closes everything at once; tells the owner nothing but completes what waits with kClosed.
  ~Transport() override;

  // At most once. Error: the address is not ours, in use, or not allowed.
  [[nodiscard]] core::Status Listen(const Endpoint& local);
  // Where it listens, or port 0.
  [[nodiscard]] Endpoint local() const;

  // Begins a connection; OnOpened or OnDialFailed tells the rest. `expected`: who should be there.
  // Errors: outbound_max; a socket with this peer is open, or being dialled, already.
  [[nodiscard]] core::StatusOr<SocketId> Dial(const Endpoint& remote,
                                              const std::optional<core::NodeId>& expected);

  [[nodiscard]] SendResult Send(SocketId socket, const Outgoing& out);
  // `completion` is called exactly once if, and only if, the result is kQueued. Without a timeout:
  // settings.request_timeout.
  [[nodiscard]] SendResult Request(SocketId socket, const Outgoing& out, Completion completion,
                                   std::optional<core::Duration> timeout = std::nullopt);
  // Answers a packet with a nonce.
  [[nodiscard]] SendResult Reply(SocketId socket, uint32_t nonce, const Outgoing& out);

  // The owner takes packets of this socket again.
  void Resume(SocketId socket);

  // Ends a socket; what was sent before is flushed. Unknown ids are ignored.
  void Close(SocketId socket);
  // Stops listening and closes everything; io.run() returns when it is done, flush_max at most.
  void Stop();

  // Runs what is due. The transport's own timer does that; a test that moves its clock calls it.
  void Tick() { deadlines_.Tick(); }

  // The open socket of a peer.
  [[nodiscard]] std::optional<SocketId> Find(const core::NodeId& peer) const;

  [[nodiscard]] bool listening() const { return listener_ != nullptr; }

  // Listening, but without descriptors or memory to accept with.
  [[nodiscard]] bool degraded() const { return listening() && listener_->resting(); }

  [[nodiscard]] size_t routines() const { return context_.routines; }

  [[nodiscard]] size_t open() const { return open_.size(); }

  // Accepted, the handshake not finished.
  [[nodiscard]] size_t pending() const { return pending_; }

  // All sockets that are not closed yet.
  [[nodiscard]] size_t sockets() const { return sockets_.size(); }

  [[nodiscard]] const TransportCounters& counters() const { return context_.counters; }

  [[nodiscard]] const Deadlines& deadlines() const { return deadlines_; }

  // For tests and /debug: nullptr when it is gone.
  [[nodiscard]] const Socket* Look(SocketId socket) const;

 private:
  [[nodiscard]] Verdict JudgePeer(const Socket& socket, const RemotePeer& peer) override;
  [[nodiscard]] std::optional<SocketEnd> Register(Socket& socket, const RemotePeer& peer) override;
  void OnSocketOpen(Socket& socket, const RemotePeer& peer) override;
  [[nodiscard]] Taken OnSocketPacket(Socket& socket, const Packet& packet) override;
  void OnSocketWritable(Socket& socket) override;
  void OnSocketEnd(Socket& socket, const SocketEnd& end) override;
  void OnSocketClosed(Socket& socket) override;

  void OnAccepted(TcpSocket handle, const Endpoint& remote);
  void OnDeadline(uint64_t key, core::Time armed);
  [[nodiscard]] Socket& Add(bool dialled, const Endpoint& remote, TcpSocket handle);
  // Of two sockets with the same peer, the new one stays.
  [[nodiscard]] bool Replaces(const Socket& fresh, const core::NodeId& peer) const;
  [[nodiscard]] bool HasRoomFor(const Endpoint& remote) const;
  [[nodiscard]] Socket* Get(SocketId socket) const;

  asio::io_context* io_;
  TransportSettings settings_;
  TransportEvents* events_;
  Deadlines deadlines_;
  SocketContext context_;
  std::shared_ptr<ListenRoutine> listener_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<Socket>> sockets_;
  std::map<core::NodeId, uint64_t> open_;
  std::map<core::NodeId, uint64_t> dialling_;  // With a known id, not open yet.
  std::map<asio::ip::address, size_t> accepted_from_;
  uint64_t next_id_ = 1;
  size_t pending_ = 0;
  size_t inbound_ = 0;   // Open, accepted.
  size_t outbound_ = 0;  // Dialled, in any state before closing.
  bool stopped_ = false;
};

}  // namespace node
