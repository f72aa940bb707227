#include "node/control/control_connection.h"

#include <utility>

namespace node {
namespace {

constexpr size_t kDrainedMax = 64 << 10;

}  // namespace

ControlConnection::ControlConnection(StreamSocket socket, const ControlLimits& limits, Ended ended)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      limits_(limits),
      ended_(std::move(ended)) {}

void ControlConnection::Start(const ControlContext& context, bool wants_token) {
  session_.emplace(context, wants_token, [this](const std::string& line) { Send(line); });
  if (wants_token) Expect(limits_.patience);
  Read();
}

void ControlConnection::Read() {
  if (reading_ || phase_ == Phase::kEnded) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(piece_),
                          [this, keep = shared_from_this()](const ErrorCode& error, size_t size) {
                            reading_ = false;
                            if (phase_ != Phase::kEnded) OnRead(error, size);
                          });
}

void ControlConnection::OnRead(const ErrorCode& error, size_t size) {
  if (phase_ != Phase::kOpen) {
    drained_ += size;
    if (phase_ == Phase::kDraining && (error || drained_ > kDrainedMax)) return End();
    if (!error && drained_ <= kDrainedMax) Read();
    return;
  }
  if (error == asio::error::eof) {
    session_->Leave("left");
    return Finish();
  }
  if (error) return End();
  in_.append(piece_.data(), size);
  TakeLines();
}

// Completions come from the loop, never from inside the call that began the operation: this is no recursion.
// NOLINTBEGIN(misc-no-recursion)
void ControlConnection::TakeLines() {
  while (phase_ == Phase::kOpen && Queued() < limits_.out_pause) {
    if (!TakeLine()) return Read();
  }
}

// False: no whole line is there.
bool ControlConnection::TakeLine() {
  const size_t line_max = session_->trusted() ? kControlLineMax : kStrangersLineMax;
  const size_t end = in_.find('\n', std::exchange(searched_, in_.size()));
  if (end == std::string::npos && in_.size() <= line_max) return false;
  if (end == std::string::npos || end > line_max) {
    Send(ErrorLine(std::nullopt,
                   core::ResourceExhausted("the line: found more than " + std::to_string(line_max) +
                                           " bytes, allowed at most that")));
    session_->Leave("left");
    Finish();
    return true;
  }
  const std::string line = in_.substr(0, end);
  in_.erase(0, end + 1);
  searched_ = 0;
  session_->OnLine(line);
  if (phase_ != Phase::kOpen) return true;
  if (session_->refused()) {
    Finish();
  } else if (session_->trusted()) {
    deadline_.cancel();
  }
  return true;
}

void ControlConnection::Send(const std::string& line) {
  if (choked_ || phase_ == Phase::kEnded) return;
  // Inside an observation the session must not end.
  if (Queued() > limits_.out_max) {
    choked_ = true;
    asio::post(socket_.get_executor(), [this, keep = shared_from_this()] { End(); });
    return;
  }
  waiting_ += line;
  if (writing_.empty() && !stopping_) Write();
}

void ControlConnection::Write() {
  writing_ = std::exchange(waiting_, {});
  asio::async_write(socket_, asio::buffer(writing_),
                    [this, keep = shared_from_this()](const ErrorCode& error, size_t) {
                      if (phase_ != Phase::kEnded) OnWritten(error);
                    });
}

void ControlConnection::OnWritten(const ErrorCode& error) {
  writing_.clear();
  if (error) return End();
  if (!waiting_.empty()) Write();
  if (phase_ == Phase::kFinishing && writing_.empty()) return Drain();
  if (phase_ == Phase::kOpen && !reading_) TakeLines();
}

// NOLINTEND(misc-no-recursion)

void ControlConnection::Finish() {
  phase_ = Phase::kFinishing;
  in_.clear();
  Expect(limits_.flush);
  if (writing_.empty()) Drain();
}

void ControlConnection::Drain() {
  phase_ = Phase::kDraining;
  ErrorCode ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  Expect(limits_.drain);
  Read();
}

void ControlConnection::Expect(core::Duration patience) {
  deadline_.expires_after(std::chrono::microseconds(patience.us));
  deadline_.async_wait([this, keep = shared_from_this()](const ErrorCode& error) {
    // A wait that was over when another began completes without an error.
    if (error || deadline_.expiry() > std::chrono::steady_clock::now()) return;
    if (phase_ != Phase::kOpen || !session_->trusted()) End();
  });
}

void ControlConnection::Stop() {
  if (phase_ == Phase::kEnded) return;
  stopping_ = true;
  session_->Leave("stopped");
  ErrorCode ignored;
  if (phase_ == Phase::kOpen && writing_.empty() && !waiting_.empty()) {
    socket_.non_blocking(true, ignored);
    socket_.write_some(asio::buffer(waiting_), ignored);
  }
  End();
}

void ControlConnection::End() {
  if (phase_ == Phase::kEnded) return;
  const Ended ended = std::exchange(ended_, nullptr);
  Abandon();
  if (ended) ended();
}

void ControlConnection::Abandon() {
  phase_ = Phase::kEnded;
  ended_ = nullptr;
  session_.reset();
  ErrorCode ignored;
  deadline_.cancel(ignored);
  socket_.close(ignored);
}

}  // namespace node
