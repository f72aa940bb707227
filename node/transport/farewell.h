// The last words of a socket that closes by our own will: what still waits is written, then our
// direction is shut, then the remote's end of stream is awaited, so that its kernel does not throw
// away what it has not read. The socket gives it flush_max for all of that.
//
// Source: protocols_of_the_other_seeds.md, 4.2 (closing: flush at most 1 s).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "node/transport/asio.h"

namespace node {

class Socket;

class Farewell {
 public:
  Farewell(Socket& socket, std::vector<uint8_t> words, std::function<void()> done)
      : socket_(&socket), words_(std::move(words)), done_(std::move(done)) {}

  void Start();

  void Stop() { stopped_ = true; }

 private:
  void ShutDown();
  void AwaitEnd();
  void Finish();

  Socket* socket_;
  std::vector<uint8_t> words_;
  std::function<void()> done_;
  std::array<uint8_t, 512> ignored_;
  bool stopped_ = false;
};

}  // namespace node
