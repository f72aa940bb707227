// Our transport on loopback: authenticated, encrypted, with the limits and deadlines of a node.
//   transport_ours mode=rtt|stream|handshakes|idle connections=64 size=200 ms=3000
#include <memory>
#include <optional>
#include <vector>

#include "core/crypto/sodium_suite.h"
#include "node/handshake/entropy.h"
#include "node/transport/transport.h"
#include "tests/performance/loopback.h"

namespace bench {
namespace {

using node::Outcome;
using node::Packet;
using node::SocketId;
using node::Taken;

constexpr uint32_t kHandshakesAtOnce = 8;

node::TransportSettings OpenSettings() {
  node::TransportSettings settings;
  settings.inbound_max = settings.outbound_max = settings.per_address_max = 100'000;
  settings.pending_max = 4096;
  settings.request_timeout = core::Seconds(60);
  settings.handshake_timeout = settings.connect_timeout = core::Minutes(2);
  return settings;
}

node::Identity DrawIdentity() {
  static const core::SodiumSuite suite;  // Starts libsodium.
  core::SecretKey secret;
  node::FillRandom(secret.seed);
  return node::Identity(secret, node::DrawKey(), core::Key256{});
}

// One node: a transport and what it does with events.
class Node : public node::TransportEvents {
 public:
  explicit Node(node::asio::io_context& io)
      : transport(io, OpenSettings(), clock_, {identity_, offer_}, *this) {}

  void OnOpened(const node::SocketInfo& socket, const node::RemotePeer&) override {
    ++opened;
    if (on_opened) on_opened(socket.id);
  }

  [[nodiscard]] Taken OnPacket(SocketId socket, const core::NodeId&,
                               const Packet& packet) override {
    ++packets;
    if (packet.nonce != 0) {
      CHECK(transport.Reply(socket, packet.nonce, {.payload = packet.payload}) ==
            node::SendResult::kQueued);
    }
    return Taken::kYes;
  }

  void OnClosed(SocketId, const core::NodeId&, const node::SocketEnd&) override {
    if (on_closed) on_closed();
  }

  void OnDialFailed(const node::SocketInfo&, const node::SocketEnd& end) override {
    std::fprintf(stderr, "dial failed: %s\n", std::string(node::TextOf(end.reason)).c_str());
    std::exit(1);
  }

  void OnWritable(SocketId socket) override {
    if (on_writable) on_writable(socket);
  }

  uint64_t opened = 0;
  uint64_t packets = 0;
  std::function<void(SocketId)> on_opened;
  std::function<void(SocketId)> on_writable;
  std::function<void()> on_closed;

 private:
  node::SystemClock clock_;
  node::Identity identity_ = DrawIdentity();
  node::Hello offer_;

 public:
  node::Transport transport;
};

// Clients have an identity each: a peer has one connection only.
struct Clients {
  Clients(node::asio::io_context& io, uint32_t count) {
    while (nodes.size() < count) nodes.push_back(std::make_unique<Node>(io));
  }

  [[nodiscard]] uint64_t Opened() const {
    uint64_t sum = 0;
    for (const auto& node : nodes) sum += node->opened;
    return sum;
  }

  std::vector<std::unique_ptr<Node>> nodes;
};

node::Endpoint At(uint64_t port) {
  return {node::asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)};
}

// Listens, says where, answers requests, and reports how many packets a connection brought.
void Serve(int out) {
  node::asio::io_context io(1);
  Node server(io);
  CHECK(server.transport.Listen(At(0)).ok());
  Server::Report(out, server.transport.local().port());
  server.on_closed = [&] {
    if (server.packets != 0) Server::Report(out, std::exchange(server.packets, 0));
  };
  io.run();
}

void OpenAll(node::asio::io_context& io, Clients& clients, uint64_t port) {
  for (const auto& node : clients.nodes) {
    CHECK(node->transport.Dial(At(port), std::nullopt).ok());
    // Not more at once than the backlog takes.
    while (node->opened == 0) io.run_one();
  }
}

void RoundTrips(const LoopbackOptions& options) {
  const Server server(Serve);
  node::asio::io_context io(1);
  Clients clients(io, options.connections);
  OpenAll(io, clients, server.Read());
  const std::vector<uint8_t> payload(options.size, 5);
  uint64_t count = 0;
  bool more = true;
  std::function<void(node::Transport&)> ask = [&](node::Transport& transport) {
    const auto result = transport.Request(
        SocketId{1}, {.payload = payload}, [&](Outcome outcome, std::span<const uint8_t> answer) {
          CHECK(!more || (outcome == Outcome::kAnswered && answer.size() == payload.size()));
          ++count;
          if (more) ask(transport);
        });
    CHECK(result == node::SendResult::kQueued);
  };
  const BothSides since(server);
  for (const auto& node : clients.nodes) ask(node->transport);
  io.run_for(std::chrono::milliseconds(options.milliseconds));
  PrintRate("transport_ours", options, count, since);
  more = false;
}

void Stream(const LoopbackOptions& options) {
  const Server server(Serve);
  node::asio::io_context io(1);
  Clients clients(io, 1);
  OpenAll(io, clients, server.Read());
  Node& node = *clients.nodes[0];
  const std::vector<uint8_t> payload(options.size, 5);
  bool more = true;
  node.on_writable = [&](SocketId socket) {
    while (more && node.transport.Send(socket, {.payload = payload}) == node::SendResult::kQueued) {
    }
  };
  const BothSides since(server);
  node.on_writable(SocketId{1});
  io.run_for(std::chrono::milliseconds(options.milliseconds));
  more = false;
  node.transport.Close(SocketId{1});
  while (node.transport.sockets() != 0) io.run_one();
  const uint64_t count = server.Read();
  PrintRate("transport_ours", options, count, since);
}

void Handshakes(const LoopbackOptions& options) {
  const Server server(Serve);
  node::asio::io_context io(1);
  Clients clients(io, kHandshakesAtOnce);
  const node::Endpoint at = At(server.Read());
  const BothSides since(server);
  for (const auto& node : clients.nodes) {
    const auto dial = [&node, at] { CHECK(node->transport.Dial(at, std::nullopt).ok()); };
    node->on_opened = [&node](SocketId socket) { node->transport.Close(socket); };
    node->on_closed = dial;
    dial();
  }
  io.run_for(std::chrono::milliseconds(options.milliseconds));
  PrintRate("transport_ours", options, clients.Opened(), since);
  for (const auto& node : clients.nodes) node->on_closed = nullptr;
}

void PrintIdle(const char* side, uint32_t connections, double bytes) {
  std::printf(
      "program=transport_ours mode=idle side=%s connections=%u bytes=%.0f bytes_each=%.0f\n", side,
      connections, bytes, bytes / connections);
}

// The accepting side: one node that many have dialled.
void IdleAccepted(const LoopbackOptions& options) {
  const Server server(Serve);
  node::asio::io_context io(1);
  Clients clients(io, options.connections);
  const uint64_t port = server.Read();
  const double before = ResidentBytes(server.pid());
  OpenAll(io, clients, port);
  io.run_for(std::chrono::milliseconds(500));
  PrintIdle("accepted", options.connections, ResidentBytes(server.pid()) - before);
}

// The dialling side: one node that has dialled many.
void IdleDialled(const LoopbackOptions& options) {
  const Server server([&options](int out) {
    node::asio::io_context io(1);
    Clients servers(io, options.connections);
    for (const auto& node : servers.nodes) {
      CHECK(node->transport.Listen(At(0)).ok());
      Server::Report(out, node->transport.local().port());
    }
    io.run();
  });
  node::asio::io_context io(1);
  Node node(io);
  std::vector<uint64_t> ports(options.connections);
  for (uint64_t& port : ports) port = server.Read();
  const double before = ResidentBytes(getpid());
  for (const uint64_t port : ports) {
    const uint64_t opened = node.opened;
    CHECK(node.transport.Dial(At(port), std::nullopt).ok());
    while (node.opened == opened) io.run_one();
  }
  io.run_for(std::chrono::milliseconds(500));
  PrintIdle("dialled", options.connections, ResidentBytes(getpid()) - before);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv);
  const bench::LoopbackOptions options(arguments);
  if (options.mode == "rtt") {
    bench::RoundTrips(options);
  } else if (options.mode == "stream") {
    bench::Stream(options);
  } else if (options.mode == "handshakes") {
    bench::Handshakes(options);
  } else if (arguments.Text("side", "accepted") == "accepted") {
    bench::IdleAccepted(options);
  } else {
    bench::IdleDialled(options);
  }
  return 0;
}
