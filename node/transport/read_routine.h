// The reading routine of one open socket: waits for bytes, reads them in chunks, hands them to the
// intake, and rests while the intake is paused.
//
// An idle socket waits with a small buffer of its own; when that comes back full, the rest goes to
// the buffer that all sockets share, behind what it had. So 10,000 idle sockets cost half a
// kilobyte each, and a busy one reads a quarter of a megabyte at once. Closes on the end of the
// stream and on errors. Thread rule: one thread. Source: the seed's section 2.2.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "node/transport/asio.h"
#include "node/transport/routine.h"
#include "node/transport/socket_context.h"

namespace node {

class ReadRoutine : public Routine {
 public:
  ReadRoutine(SocketContext& context, Socket& socket)
      : Routine(context.routines), context_(&context), socket_(&socket) {}

  // Waits for more, unless it does so already.
  void Start();

 private:
  void OnFirst(ErrorCode error, size_t size);
  // Hands over what was left of a record, `fresh`, and, where `read`, what the kernel has. True when
  // there may be more.
  [[nodiscard]] bool ReadBehind(std::span<const uint8_t> fresh, bool read);
  void OnError(ErrorCode error);

  SocketContext* context_;
  Socket* socket_;
  bool waiting_ = false;
  std::array<uint8_t, 512> first_;
};

}  // namespace node
