// The listening routine of a node: accepts, and rests for a growing while when the system has no
// descriptor or memory left, so that a node in need recovers by itself.
//
// Thread rule: one thread. Source: the seed's section 2.1; issue 3, reliability.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "core/base/status.h"
#include "core/base/time.h"
#include "node/transport/asio.h"
#include "node/transport/routine.h"
#include "node/transport/socket_context.h"

namespace node {

class ListenRoutine : public Routine, public std::enable_shared_from_this<ListenRoutine> {
 public:
  using Accepted = std::function<void(TcpSocket handle, const Endpoint& remote)>;

  ListenRoutine(asio::io_context& io, SocketContext& context, Accepted accepted)
      : Routine(context.routines),
        context_(&context),
        acceptor_(io.get_executor()),
        accepted_(std::move(accepted)) {}

  // Error: what the system says of this address.
  [[nodiscard]] core::Status Open(const Endpoint& local);

  void Start() { Accept(); }

  // Closes the acceptor.
  void Close();

  // Where it listens; the port is the system's choice where 0 was asked for.
  [[nodiscard]] Endpoint local() const;

  // No descriptors or no memory: accepts again at retry_at().
  [[nodiscard]] bool resting() const { return retry_at_ != core::Time::Never(); }

  [[nodiscard]] core::Time retry_at() const { return retry_at_; }

  // The deadline with the key kListenKey has come.
  void OnDeadline(core::Time armed);

 private:
  void Accept();
  void Rest();

  SocketContext* context_;
  TcpAcceptor acceptor_;
  Accepted accepted_;
  core::Duration pause_{};
  core::Time retry_at_ = core::Time::Never();
};

// Of the deadlines; sockets count from 1.
inline constexpr uint64_t kListenKey = 0;

}  // namespace node
