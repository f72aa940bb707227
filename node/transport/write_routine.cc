#include "node/transport/write_routine.h"

#include <algorithm>
#include <utility>

#include "node/transport/socket.h"

namespace node {
namespace {
// Writes of one turn; then other sockets have theirs, whatever OnWritable appends.
constexpr int kWritesPerTurn = 4;
}  // namespace

bool WriteRoutine::HasRoom(size_t size) const {
  return waiting() == 0 || waiting() + size <= context_->settings.write_buffer_max;
}

bool WriteRoutine::Append(const FrameHeader& header, const BodyPrefix& prefix,
                          std::span<const uint8_t> payload) {
  const size_t part_max = context_->settings.frame.part_max();
  const size_t parts = std::max<size_t>(1, (payload.size() + part_max - 1) / part_max);
  const size_t room = payload.size() + parts * (kFrameHeaderBytes + kBodyPrefixBytes);
  if (!HasRoom(room)) {
    refused_ = true;
    ++context_->counters.busy;
    return false;
  }
  const size_t size_after = plain_.size() + room;
  if (plain_.capacity() < size_after) plain_.reserve(std::max(size_after, 2 * plain_.capacity()));
  BodyPrefix part = prefix;
  part.parts = static_cast<uint16_t>(parts);
  for (size_t i = 0; i < parts; ++i) {
    part.part = static_cast<uint16_t>(i);
    const size_t size = std::min(part_max, payload.size() - i * part_max);
    AppendFrame(header, part, payload.subspan(i * part_max, size), plain_);
  }
  context_->counters.frames_out += parts;
  Signal();
  return true;
}

void WriteRoutine::AppendKeepAlive() {
  node::AppendKeepAlive(plain_);
  ++context_->counters.frames_out;
  Signal();
}

void WriteRoutine::Signal() {
  if (signalled_) return;
  signalled_ = true;
  asio::post(socket_->handle().get_executor(), [this, keep = socket_->shared_from_this()] {
    if (!stopped()) Run();
  });
}

void WriteRoutine::Run() {
  for (int i = 0; i < kWritesPerTurn && waiting() != 0; ++i) {
    if (!WriteOnce()) return;
  }
  signalled_ = false;
  if (waiting() != 0) Signal();
}

bool WriteRoutine::WriteOnce() {
  const bool fresh = unsent_.empty();
  const std::span<const uint8_t> bytes =
      fresh ? SealSome() : std::span<const uint8_t>(unsent_).subspan(sent_);
  ErrorCode error;
  const size_t size = socket_->handle().write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != asio::error::would_block) {
    socket_->End({.reason = CloseReason::kReset});
    return false;
  }
  context_->counters.bytes_out += size;
  if (size != 0) stalled_since_ = core::Time::Never();
  if (size == bytes.size()) {
    unsent_ = {};
    sent_ = 0;
    OnWritten();
    return !stopped();
  }
  if (fresh) {
    unsent_.assign(bytes.begin() + static_cast<ptrdiff_t>(size), bytes.end());
  } else {
    sent_ += size;
  }
  AwaitRoom();
  return false;
}

// Into the shared buffer, which is free until this turn ends.
std::span<const uint8_t> WriteRoutine::SealSome() {
  std::vector<uint8_t>& out = context_->seal_buffer;
  const core::Time now = context_->clock.Steady();
  size_t size = 0;
  for (size_t i = 0; i < kRecordsPerWrite && sealed_ < plain_.size(); ++i) {
    const size_t take = std::min(kRecordPlaintextMax, plain_.size() - sealed_);
    const size_t room = size + SecureChannel::SealedRoom(take);
    if (out.size() < room) out.resize(room);
    size += socket_->channel().Seal(std::span(plain_).subspan(sealed_, take), now, &out[size]);
    sealed_ += take;
  }
  if (sealed_ == plain_.size()) {
    plain_ = {};
    sealed_ = 0;
  }
  socket_->OnSealed(now);
  return std::span(out).first(size);
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
  std::vector<uint8_t> out(unsent_.begin() + static_cast<ptrdiff_t>(sent_), unsent_.end());
  const auto plain = std::span<const uint8_t>(plain_).subspan(sealed_);
  if (!plain.empty()) socket_->channel().SealTo(plain, context_->clock.Steady(), out);
  plain_ = {};
  unsent_ = {};
  sealed_ = sent_ = 0;
  return out;
}

}  // namespace node
