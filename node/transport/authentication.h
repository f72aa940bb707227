// The handshake of one socket over its TCP connection: reads what the handshake needs, writes what
// it says, and reports once. Lives only in the states before `authenticated`.
//
// Invariants: (1) at most kHandshakeBufferBytes are read ahead; (2) bytes behind the handshake are
// kept for the channel; (3) exactly one report, unless Stop comes first. Thread rule: one thread.
// Source: protocols_of_the_other_seeds.md, 4.2 and 4.6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "node/handshake/handshake.h"
#include "node/transport/asio.h"
#include "node/transport/socket_context.h"

namespace node {

class Authentication {
 public:
  // Without `end` the handshake is open: TakeHandshake() and rest() have the result.
  using Report = std::function<void(const std::optional<SocketEnd>& end)>;

  Authentication(SocketContext& context, Socket& socket, Report report);

  // `dialled`: the node id that the dialler wants to find there, if it knows.
  void Dial(const std::optional<core::NodeId>& dialled);
  void Answer();

  void Stop() { stopped_ = true; }

  [[nodiscard]] Handshake& handshake() { return *handshake_; }

  // What came behind the handshake.
  [[nodiscard]] std::span<const uint8_t> rest() const { return std::span(in_).first(held_); }

  // What it still had to say when it was refused.
  [[nodiscard]] std::vector<uint8_t> TakeOutput() { return std::move(out_); }

 private:
  [[nodiscard]] Handshake::Setup MakeSetup();
  void Read();
  void OnRead(size_t size);
  void Write();
  void Next();
  void Fail(CloseReason reason);

  SocketContext* context_;
  Socket* socket_;
  Report report_;
  std::optional<Handshake> handshake_;
  std::array<uint8_t, kHandshakeBufferBytes> in_;
  size_t held_ = 0;
  std::vector<uint8_t> out_;
  bool stopped_ = false;
};

}  // namespace node
