#include "node/transport/write_routine.h"

#include <algorithm>
#include <functional>

#include "node/transport/socket.h"

namespace node {
namespace {
// Writes of one turn; then other sockets have theirs, whatever OnWritable appends.
constexpr int kWritesPerTurn = 4;
// Records of one write.
constexpr size_t kRecordsPerWrite = 4;
}  // namespace

bool WriteRoutine::HasRoom(size_t size) const {
  return buffer_.empty() || waiting() + size <= context_->settings.write_buffer_max;
}

bool WriteRoutine::Append(const FrameHeader& header, const BodyPrefix& prefix,
                          std::span<const uint8_t> payload) {
  const size_t part_max = context_->settings.frame.part_max();
  const size_t parts = std::max<size_t>(1, (payload.size() + part_max - 1) / part_max);
  if (!HasRoom(payload.size() + parts * kFrameHeadBytes)) {
    refused_ = true;
    ++context_->counters.busy;
    return false;
  }
  BodyPrefix part = prefix;
  part.parts = static_cast<uint16_t>(parts);
  for (size_t i = 0; i < parts; ++i) {
    part.part = static_cast<uint16_t>(i);
    const auto bytes =
        payload.subspan(i * part_max, std::min(part_max, payload.size() - i * part_max));
    buffer_.Append(MakeFrameHead(header, part, bytes.size()), bytes.size());
    buffer_.Append(bytes);
  }
  context_->counters.frames_out += parts;
  Signal();
  return true;
}

void WriteRoutine::AppendKeepAlive() {
  buffer_.Append(MakeKeepAlive());
  ++context_->counters.frames_out;
  Signal();
}

void WriteRoutine::Signal() {
  if (signalled_) return;
  signalled_ = true;
  asio::post(socket_->handle().get_executor(),
             std::bind_front(&WriteRoutine::OnSignal, this, socket_->shared_from_this()));
}

void WriteRoutine::OnSignal(const std::shared_ptr<Socket>& /*keep*/) {
  if (!stopped()) Run();
}

void WriteRoutine::Run() {
  for (int i = 0; i < kWritesPerTurn && !buffer_.empty(); ++i) {
    if (!WriteOnce()) return;
  }
  signalled_ = false;
  if (!buffer_.empty()) Signal();
}

bool WriteRoutine::WriteOnce() {
  const core::Time now = context_->clock.Steady();
  buffer_.Seal(socket_->channel(), now, kRecordsPerWrite);
  socket_->OnSealed(now);
  const auto bytes = buffer_.Sealed();
  ErrorCode error;
  const size_t size = socket_->handle().write_some(bytes, error);
  if (error && error != asio::error::would_block) {
    socket_->End({.reason = CloseReason::kReset});
    return false;
  }
  context_->counters.bytes_out += size;
  if (size != 0) stalled_since_ = core::Time::Never();
  const bool all = size == asio::buffer_size(bytes);
  buffer_.Consume(size);
  if (!all) {
    AwaitRoom();
    return false;
  }
  OnWritten();
  return !stopped();
}

void WriteRoutine::OnWritten() {
  if (!refused_ || waiting() > context_->settings.write_buffer_max / 2) return;
  refused_ = false;
  context_->owner.OnSocketWritable(*socket_);
}

void WriteRoutine::AwaitRoom() {
  if (stalled_since_ == core::Time::Never()) stalled_since_ = context_->clock.Steady();
  socket_->ArmDeadline();
  socket_->handle().async_wait(TcpSocket::wait_write,
                               [this, keep = socket_->shared_from_this()](ErrorCode error) {
                                 if (!stopped() && !error) Run();
                               });
}

std::vector<uint8_t> WriteRoutine::TakeAll() {
  return buffer_.TakeAll(socket_->channel(), context_->clock.Steady());
}

}  // namespace node
