// Nodes on loopback in one thread, with a clock that the test moves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "node/handshake/entropy.h"
#include "node/transport/transport.h"

namespace node {

using Bytes = std::vector<uint8_t>;

inline Bytes BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

class ManualClock : public ClockSource {
 public:
  [[nodiscard]] Clock Now() const override { return {.steady = now, .wall_ms = now.us / 1000}; }

  [[nodiscard]] core::Time Steady() const override { return now; }

  core::Time now{1'000'000'000};
};

inline core::Key256 TestNetwork() {
  core::Key256 network;
  network.bytes[0] = 77;
  return network;
}

// The identity of the peer with this number, always the same.
inline Identity MakeIdentity(uint8_t number, const core::Key256& network = TestNetwork()) {
  static const core::SodiumSuite suite;  // Starts libsodium.
  core::SecretKey secret;
  secret.seed.fill(number);
  return Identity(secret, DrawKey(), network);
}

inline Endpoint Loopback(uint16_t port = 0) {
  return {asio::ip::address_v4::loopback(), port};
}

// A node that writes down what its transport tells it.
class TestNode : public TransportEvents {
 public:
  struct Arrived {
    SocketId socket;
    core::NodeId from;
    uint16_t channel = 0;
    bool wrapped = false;
    uint32_t nonce = 0;
    Bytes payload;
  };

  struct Closed {
    SocketId socket;
    core::NodeId peer;
    SocketEnd end;
  };

  TestNode(asio::io_context& io, const ClockSource& clock, uint8_t number,
           const TransportSettings& settings, const core::Key256& network)
      : identity(MakeIdentity(number, network)),
        transport(std::make_unique<Transport>(io, settings, clock, Introduction{identity, offer},
                                              *this)) {}

  [[nodiscard]] const core::NodeId& id() const { return identity.node_id(); }

  [[nodiscard]] Endpoint Listen() {
    EXPECT_TRUE(transport->Listen(Loopback()).ok());
    return transport->local();
  }

  [[nodiscard]] SendResult Send(SocketId socket, std::span<const uint8_t> payload,
                                uint16_t channel = 0) {
    return transport->Send(socket, {.channel = channel, .payload = payload});
  }

  [[nodiscard]] Verdict JudgePeer(const SocketInfo&, const RemotePeer& peer) override {
    judged.push_back(peer.node_id);
    return verdict;
  }

  void OnOpened(const SocketInfo& socket, const RemotePeer& peer) override {
    opened.emplace_back(socket, peer);
    if (on_opened) on_opened(socket);
  }

  [[nodiscard]] Taken OnPacket(SocketId socket, const core::NodeId& from,
                               const Packet& packet) override {
    const Taken taken = on_packet ? on_packet(socket, packet) : Taken::kYes;
    if (taken != Taken::kYes) return taken;
    arrived.push_back({socket,
                       from,
                       packet.channel,
                       packet.wrapped,
                       packet.nonce,
                       {packet.payload.begin(), packet.payload.end()}});
    return taken;
  }

  void OnClosed(SocketId socket, const core::NodeId& peer, const SocketEnd& end) override {
    closed.push_back({socket, peer, end});
    if (on_closed) on_closed(socket);
  }

  void OnDialFailed(const SocketInfo& socket, const SocketEnd& end) override {
    failed.emplace_back(socket, end);
  }

  void OnWritable(SocketId socket) override { writable.push_back(socket); }

  Identity identity;
  Hello offer;
  Verdict verdict = Verdict::kAccept;
  std::vector<core::NodeId> judged;
  std::function<Taken(SocketId, const Packet&)> on_packet;
  std::function<void(const SocketInfo&)> on_opened;
  std::function<void(SocketId)> on_closed;
  std::vector<std::pair<SocketInfo, RemotePeer>> opened;
  std::vector<Arrived> arrived;
  std::vector<Closed> closed;
  std::vector<std::pair<SocketInfo, SocketEnd>> failed;
  std::vector<SocketId> writable;
  std::unique_ptr<Transport> transport;
};

class TransportRig {
 public:
  // Numbers count from 1; every node of a rig has its own.
  TestNode& Add(const TransportSettings& settings = {},
                const core::Key256& network = TestNetwork()) {
    const auto number = static_cast<uint8_t>(nodes.size() + 1);
    nodes.push_back(std::make_unique<TestNode>(io, clock, number, settings, network));
    return *nodes.back();
  }

  // Turns the loop until `done` holds; false after half a minute of waiting for the kernel.
  [[nodiscard]] bool RunUntil(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io.restart();
      io.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  // Turns the loop until nothing is left to do. On loopback what was written is there to be read.
  void Settle() {
    for (int quiet = 0; quiet < 5;) {
      io.restart();
      quiet = io.poll() == 0 ? quiet + 1 : 0;
    }
  }

  void Advance(core::Duration by) {
    clock.now = clock.now + by;
    for (const auto& node : nodes) {
      if (node->transport != nullptr) node->transport->Tick();
    }
    Settle();
  }

  // The dialler's socket.
  SocketId Connect(TestNode& from, TestNode& to) {
    const Endpoint at = to.transport->listening() ? to.transport->local() : to.Listen();
    const auto socket = from.transport->Dial(at, to.id());
    EXPECT_TRUE(socket.ok());
    EXPECT_TRUE(RunUntil([&] {
      return from.transport->Find(to.id()).has_value() && to.transport->Find(from.id()).has_value();
    }));
    return *socket;
  }

  asio::io_context io{1};
  ManualClock clock;
  std::vector<std::unique_ptr<TestNode>> nodes;
};

}  // namespace node
