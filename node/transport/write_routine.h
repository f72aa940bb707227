// The writing routine of one open socket: frames are appended to its buffer, which signals it; it
// wakes when the loop turns, seals what waits into large records and writes them with one call.
//
// Invariants: (1) nothing here blocks: what the kernel does not take waits; (2) at most
// write_buffer_max bytes wait, or one payload where that is more; Append refuses the rest. Closes
// on errors. Thread rule: one thread. Source: the seed's section 2.2.2;
// protocols_of_the_other_seeds.md, 4.4 (back-pressure).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "node/transport/asio.h"
#include "node/transport/frame.h"
#include "node/transport/routine.h"
#include "node/transport/socket_context.h"
#include "node/transport/write_buffer.h"

namespace node {

class WriteRoutine : public Routine {
 public:
  WriteRoutine(SocketContext& context, Socket& socket)
      : Routine(context.routines), context_(&context), socket_(&socket), buffer_(context.pieces) {}

  // The payload as one frame, or as many parts as it needs. False: no room (busy).
  [[nodiscard]] bool Append(const FrameHeader& header, const BodyPrefix& prefix,
                            std::span<const uint8_t> payload);
  void AppendKeepAlive();

  // Bytes that the kernel has not taken yet.
  [[nodiscard]] size_t waiting() const { return buffer_.size(); }

  // Since when the kernel takes nothing; Never while it does.
  [[nodiscard]] core::Time stalled_since() const { return stalled_since_; }

  // All that waits, sealed, for the farewell. The routine is empty then.
  [[nodiscard]] std::vector<uint8_t> TakeAll();

 private:
  [[nodiscard]] bool HasRoom(size_t size) const;
  void Signal();
  void OnSignal(const std::shared_ptr<Socket>& keep);
  void Run();
  // One write; false when the kernel takes no more, or the socket has ended.
  [[nodiscard]] bool WriteOnce();
  void OnWritten();
  void AwaitRoom();

  SocketContext* context_;
  Socket* socket_;
  WriteBuffer buffer_;
  core::Time stalled_since_ = core::Time::Never();
  bool signalled_ = false;
  bool refused_ = false;  // Somebody was told "busy" and waits for OnWritable.
};

}  // namespace node
