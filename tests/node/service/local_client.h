// A client of this machine over a real socket, on the thread that also runs the server: while it waits, the server has
// its turns.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/discovery/address.h"
#include "node/transport/asio.h"
#include "tests/node/base/run_until.h"

namespace node {

class LocalClient {
 public:
  LocalClient(asio::io_context& io, const IpEndpoint& to) : io_(&io) {
    struct sockaddr_in address {};

    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Connect(AF_INET, &address, sizeof(address));
  }

  LocalClient(asio::io_context& io, const std::filesystem::path& to) : io_(&io) {
    struct sockaddr_un address {};

    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, to.c_str(), sizeof(address.sun_path) - 1);
    Connect(AF_UNIX, &address, sizeof(address));
  }

  ~LocalClient() { Close(); }

  LocalClient(LocalClient&& other) noexcept
      : io_(other.io_),
        descriptor_(std::exchange(other.descriptor_, -1)),
        connected_(other.connected_),
        in_(std::move(other.in_)) {}

  LocalClient(const LocalClient&) = delete;
  LocalClient& operator=(const LocalClient&) = delete;
  LocalClient& operator=(LocalClient&&) = delete;

  void Close() {
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  }

  void CloseWriting() const { shutdown(descriptor_, SHUT_WR); }

  [[nodiscard]] bool connected() const { return connected_; }

  // As much as the kernel takes; 0 when the server has closed.
  size_t WriteSome(std::string_view bytes) const {
    const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count < 0 ? 0 : static_cast<size_t>(count);
  }

  // False: the server has closed.
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) return false;
      if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
      if (count < 0) io_->restart(), io_->run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  // Takes what there is; false once the server has closed.
  bool Read() {
    std::array<char, 65536> piece;
    while (!ended_) {
      const ssize_t count = recv(descriptor_, piece.data(), piece.size(), 0);
      if (count < 0 && errno == EAGAIN) break;
      if (count <= 0) {
        ended_ = true;
        reset_ = count < 0;
      } else {
        in_.append(piece.data(), static_cast<size_t>(count));
      }
    }
    return !ended_;
  }

  [[nodiscard]] bool WaitFor(std::string_view text) {
    return RunUntil(*io_,
                    [&] {
                      const bool open = Read();
                      return in_.find(text) != std::string::npos || !open;
                    }) &&
           in_.find(text) != std::string::npos;
  }

  [[nodiscard]] bool ClosedByServer() {
    return RunUntil(*io_, [&] { return !Read(); });
  }

  // The connection was cut rather than closed: bytes may be lost.
  [[nodiscard]] bool reset() const { return reset_; }

  // The next line that comes, without its line feed; empty when none comes any more.
  [[nodiscard]] std::string Line() {
    if (!WaitFor("\n")) return "";
    const size_t end = in_.find('\n');
    std::string line = in_.substr(0, end);
    in_.erase(0, end + 1);
    return line;
  }

  // Everything that came and was not taken.
  [[nodiscard]] const std::string& in() const { return in_; }

  [[nodiscard]] std::string Take() { return std::exchange(in_, {}); }

 private:
  void Connect(int family, const void* address, socklen_t size) {
    descriptor_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connected_ = connect(descriptor_, static_cast<const struct sockaddr*>(address), size) == 0;
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  }

  asio::io_context* io_;
  int descriptor_ = -1;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  std::string in_;
};

}  // namespace node
