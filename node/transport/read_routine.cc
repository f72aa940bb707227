#include "node/transport/read_routine.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "node/transport/socket.h"

namespace node {
namespace {
// Reads of one turn; then other sockets have theirs.
constexpr int kReadsPerTurn = 4;
}  // namespace

void ReadRoutine::Start() {
  if (stopped() || waiting_ || socket_->intake().paused()) return;
  waiting_ = true;
  socket_->handle().async_read_some(
      asio::buffer(first_),
      [this, keep = socket_->shared_from_this()](ErrorCode error, size_t size) {
        waiting_ = false;
        if (!stopped()) OnFirst(error, size);
      });
}

void ReadRoutine::OnFirst(ErrorCode error, size_t size) {
  if (error) return OnError(error);
  context_->counters.bytes_in += size;
  Intake& intake = socket_->intake();
  const std::span<uint8_t> first(first_.data(), size);
  if (size < first_.size() && intake.rest().empty()) {
    intake.Take(first);
  } else {
    bool more = ReadBehind(first, size == first_.size());
    for (int i = 1; more && i < kReadsPerTurn; ++i) more = ReadBehind({}, true);
  }
  Start();
}

bool ReadRoutine::ReadBehind(std::span<const uint8_t> fresh, bool read) {
  Intake& intake = socket_->intake();
  if (context_->read_buffer.empty()) context_->read_buffer.resize(kReadBufferBytes);
  const auto buffer = std::span(context_->read_buffer);
  auto end = std::copy(intake.rest().begin(), intake.rest().end(), buffer.begin());
  end = std::copy(fresh.begin(), fresh.end(), end);
  const auto held = static_cast<size_t>(end - buffer.begin());
  const auto room = buffer.subspan(held);
  ErrorCode error;
  const size_t size =
      read ? socket_->handle().read_some(asio::buffer(room.data(), room.size()), error) : 0;
  context_->counters.bytes_in += size;
  if (size + fresh.size() != 0) intake.Take(buffer.first(held + size));
  // While the intake rests an end of the stream stays where it is: the next read finds it again.
  if (stopped() || intake.paused()) return false;
  if (error && error != asio::error::would_block) OnError(error);
  return !error && size == room.size();
}

void ReadRoutine::OnError(ErrorCode error) {
  const bool ended = error == asio::error::eof;
  socket_->End({.reason = ended ? CloseReason::kRemote : CloseReason::kReset});
}

}  // namespace node
