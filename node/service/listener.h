// Listener: accepts clients of this machine at one place, a TCP address or a Unix socket.
//
// A Unix socket has mode 0600 from its first moment. A socket file that an earlier process has left is replaced; one that
// somebody answers at, and a file that is no socket, are errors. When the system has no descriptors left, accepting rests
// for kRest. Invariant: after Close, and after the destruction, nothing is called. Thread rule: one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <boost/asio/generic/stream_protocol.hpp>

#include "core/base/status.h"
#include "core/base/time.h"
#include "node/discovery/address.h"
#include "node/transport/asio.h"

namespace node {

// A connected socket of either kind.
using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

// The local end of a TCP socket.
[[nodiscard]] IpEndpoint LocalEndpoint(const StreamSocket& socket);

class Listener {
 public:
  static constexpr core::Duration kRest = core::Seconds(1);

  using Accepted = std::function<void(StreamSocket socket)>;

  Listener(asio::io_context& io, Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] core::Status OpenTcp(const IpEndpoint& local);
  [[nodiscard]] core::Status OpenUnix(const std::filesystem::path& path);

  // Takes the socket file away, if it still is the one that was made here.
  void Close();

  // REQUIRES: OpenTcp went well. The port is the system's choice where 0 was asked for.
  [[nodiscard]] IpEndpoint local() const;

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

  void Accept();
  void Rest();

  Acceptor acceptor_;
  Timer rest_;
  Accepted accepted_;
  std::filesystem::path file_;  // Of a Unix socket.
  uint64_t inode_ = 0;
  std::shared_ptr<bool> alive_;  // Gone with this: late completions look at it.
};

}  // namespace node
