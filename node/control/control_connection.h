// ControlConnection: the lines of one control client.
//
//   phase     | event                                        | next
//   open      | a line                                       | open: the session answers
//   open      | end of stream                                | finishing: participations end
//   open      | a line too long, no token, the wrong one     | finishing: the error is said
//   open      | no token within `patience`                   | ended
//   open      | more than out_max waits for the client       | ended: it does not read
//   finishing | everything is sent                           | draining
//   finishing | the deadline, error                          | ended
//   draining  | end, error, enough bytes, the deadline       | ended
//
// While more than out_pause waits for the client, none of its lines is taken. Bound: 2 lines of input, out_max and one
// answer of output. Thread rule: one thread. Life: kept by its own completions until it has ended.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "node/control/session.h"
#include "node/service/listener.h"

namespace node {

struct ControlLimits {
  size_t connections_max = 64;  // Of each kind: Unix socket, TCP.
  size_t out_pause = size_t{256} << 10;
  size_t out_max = size_t{8} << 20;
  core::Duration patience = core::Seconds(5);
  core::Duration flush = core::Seconds(10);
  core::Duration drain = core::Seconds(1);
};

class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  using Ended = std::function<void()>;

  // REQUIRES: what `context` refers to lives until Abandon or `ended`.
  ControlConnection(StreamSocket socket, const ControlLimits& limits, Ended ended);

  void Start(const ControlContext& context, bool wants_token);

  // Nothing is to be answered; may be closed without harm.
  [[nodiscard]] bool IsIdle() const { return session_.has_value() && !session_->HasOpen(); }

  // The node stops: says so to whoever takes part, sends what the kernel takes at once, and ends.
  void Stop();

  // Closes; nothing is called any more.
  void Abandon();

 private:
  enum class Phase : uint8_t { kOpen, kFinishing, kDraining, kEnded };

  void Read();
  void OnRead(const ErrorCode& error, size_t size);
  void TakeLines();
  [[nodiscard]] bool TakeLine();
  void Send(const std::string& line);
  void Write();
  void OnWritten(const ErrorCode& error);
  void Finish();
  void Drain();
  void Expect(core::Duration patience);
  void End();

  [[nodiscard]] size_t Queued() const { return writing_.size() + waiting_.size(); }

  StreamSocket socket_;
  Timer deadline_;
  ControlLimits limits_;
  Ended ended_;
  Phase phase_ = Phase::kOpen;
  std::optional<Session> session_;
  std::array<char, 8192> piece_{};
  std::string in_;       // Not yet taken.
  size_t searched_ = 0;  // Of it: without a line feed.
  bool reading_ = false;
  bool stopping_ = false;
  bool choked_ = false;  // The client does not read; the end is on its way.
  std::string writing_;  // With the kernel.
  std::string waiting_;
  size_t drained_ = 0;
};

}  // namespace node
