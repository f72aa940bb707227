// One connection from its first step to its last: the state machine, what lives in which state, the
// deadlines, and the sending side's interface.
//
//   connecting, authenticating   Authentication
//   open                         ReadRoutine, WriteRoutine, Intake, Waiters, SecureChannel
//   closing                      Farewell, where the end is ours
//
// Invariants: (1) the state moves along socket_state.h only; (2) after End no packet, answer or
// writable is reported; waiters are completed with kClosed during End (P3, P4); (3) at most one read
// buffer, one write buffer, one sink and one reassembly are held (P7), and an idle open socket holds
// none of them. Ownership: shared by the transport and by operations that the kernel has not
// completed. Thread rule: one thread; End may come from inside any call. Source:
// protocols_of_the_other_seeds.md, 4.2 to 4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "node/handshake/secure_channel.h"
#include "node/transport/asio.h"
#include "node/transport/authentication.h"
#include "node/transport/events.h"
#include "node/transport/farewell.h"
#include "node/transport/intake.h"
#include "node/transport/read_routine.h"
#include "node/transport/socket_context.h"
#include "node/transport/socket_state.h"
#include "node/transport/waiters.h"
#include "node/transport/write_routine.h"

namespace node {

enum class SendResult : uint8_t {
  kQueued,
  kBusy,      // The write buffer, or the list of waiters, is full: OnWritable tells when to retry.
  kTooLarge,  // Above payload_max, or above parts_max parts.
  kNotOpen
};

// A payload on its way out.
struct Outgoing {
  uint16_t channel = 0;
  bool wrapped = false;
  std::span<const uint8_t> payload;
};

class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(SocketContext& context, const SocketInfo& info, TcpSocket handle);
  ~Socket();

  // Begins to connect to info().remote. `expected`: who should be there.
  void Dial(const std::optional<core::NodeId>& expected);
  // The handle is connected already.
  void Answer();

  [[nodiscard]] SendResult Send(const Outgoing& out);
  [[nodiscard]] SendResult Request(const Outgoing& out, core::Duration timeout,
                                   Completion completion);
  [[nodiscard]] SendResult Reply(uint32_t nonce, const Outgoing& out);
  // An error frame; dropped when there is no room.
  void SendError(uint32_t nonce, FrameError error);

  // The owner takes packets again.
  void Resume();

  // Ends it, gracefully where the reason is ours. Harmless after the first time.
  void End(const SocketEnd& end);
  // Closes the handle at once and reports nothing: the transport itself goes.
  void Abandon();

  // The deadline that ArmDeadline has armed has come.
  void OnDeadline(core::Time armed);
  void ArmDeadline();

  [[nodiscard]] const SocketInfo& info() const { return info_; }

  [[nodiscard]] SocketState state() const { return phase_.state(); }

  [[nodiscard]] bool open() const { return phase_.Is(SocketState::kOpen); }

  [[nodiscard]] bool was_open() const { return open_ != nullptr; }

  // Zeros before `authenticated`.
  [[nodiscard]] const core::NodeId& peer() const { return peer_; }

  // For the parts of this socket.
  [[nodiscard]] TcpSocket& handle() { return handle_; }

  [[nodiscard]] SecureChannel& channel() { return open_->channel; }

  [[nodiscard]] Waiters& waiters() { return open_->waiters; }

  [[nodiscard]] Intake& intake() { return open_->intake; }

  [[nodiscard]] const Intake& intake() const { return open_->intake; }

  [[nodiscard]] const WriteRoutine& writer() const { return open_->writer; }

  // A record of the peer was authentic.
  void OnRecord() { last_heard_ = context_->clock.Steady(); }

  // Records were sealed.
  void OnSealed(core::Time now) { last_spoken_ = now; }

  // A chunk was rejected.
  void OnFault() { phase_.Advance(SocketEvent::kFault); }

 private:
  // What only an open socket has.
  struct Open {
    Open(SocketContext& context, Socket& socket, SecureChannel secure);

    SecureChannel channel;
    Waiters waiters;
    Intake intake;
    ReadRoutine reader;
    WriteRoutine writer;
  };

  [[nodiscard]] bool BindTo(const Endpoint& from);
  void Authenticate();
  void OnAuthenticated(const std::optional<SocketEnd>& end);
  void OpenUp();
  void Tune();
  void Close(const SocketEnd& end, std::vector<uint8_t> words);
  void CloseHandle();
  [[nodiscard]] SendResult Append(FrameHeader header, const Outgoing& out);
  [[nodiscard]] bool Fits(size_t size) const;
  [[nodiscard]] core::Time NextDeadline() const;
  void ServeOpen(core::Time now);

  SocketContext* context_;
  SocketInfo info_;
  TcpSocket handle_;
  SocketPhase phase_;
  core::NodeId peer_{};
  core::Time since_;  // The state.
  core::Time armed_ = core::Time::Never();
  core::Time last_heard_;
  core::Time last_spoken_;
  uint32_t next_stream_ = 1;
  std::unique_ptr<Authentication> authentication_;
  std::unique_ptr<Open> open_;
  std::unique_ptr<Farewell> farewell_;
};

}  // namespace node
