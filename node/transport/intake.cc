#include "node/transport/intake.h"

#include <algorithm>
#include <utility>

#include "node/transport/socket.h"

namespace node {

void Intake::Take(std::span<uint8_t> input) {
  const size_t consumed = OpenRecords(input);
  if (stopped_) return;
  const auto left = input.subspan(consumed);
  rest_ = std::vector<uint8_t>(left.begin(), left.end());
}

size_t Intake::OpenRecords(std::span<uint8_t> input) {
  size_t consumed = 0;
  while (!stopped_ && !paused_) {
    const auto opened = socket_->channel().Open(input.subspan(consumed));
    if (!opened.ok()) {
      socket_->End({.reason = CloseReason::kBadRecord});
      break;
    }
    if (opened->consumed == 0) break;
    consumed += opened->consumed;
    socket_->OnRecord();
    if (!ReadFrames(opened->plaintext)) break;
  }
  return consumed;
}

// False when it has stopped before the end; what is left is in plain_.
bool Intake::ReadFrames(std::span<const uint8_t> plaintext) {
  while (!stopped_ && !paused_) {
    switch (reader_.Next(plaintext)) {
      case FrameReader::Found::kNeedMore:
        return true;
      case FrameReader::Found::kFatal:
        socket_->End({.reason = CloseReason::kLengthBomb});
        return false;
      case FrameReader::Found::kRejected:
        Reject(reader_.fault());
        break;
      case FrameReader::Found::kKeepAlive:
        ++context_->counters.frames_in;
        break;
      case FrameReader::Found::kFrame:
        OnFrame();
        break;
    }
  }
  if (!stopped_) plain_.assign(plaintext.begin(), plaintext.end());
  return false;
}

void Intake::OnFrame() {
  const auto& channels = context_->settings.channels;
  const BodyPrefix& prefix = reader_.prefix();
  if (!std::binary_search(channels.begin(), channels.end(), prefix.channel)) {
    return Reject(ChunkFault::kChannel);
  }
  const Packet packet{.channel = prefix.channel,
                      .wrapped = reader_.header().wrapped,
                      .nonce = reader_.header().nonce,
                      .payload = reader_.payload()};
  if (prefix.parts != 1) return OnParts(packet);
  if (prefix.part != 0) return Reject(ChunkFault::kParts);
  OnPayload(reader_.header(), packet);
}

void Intake::OnParts(const Packet& packet) {
  const FrameHeader header = reader_.header();
  switch (reassembly_.Accept(header, reader_.prefix(), packet.payload, context_->clock.Steady())) {
    case Reassembly::Result::kBadPart:
      return Reject(ChunkFault::kParts);
    case Reassembly::Result::kNoRoom:
      return Reject(ChunkFault::kNoRoom);
    case Reassembly::Result::kIncomplete:
      ++context_->counters.frames_in;
      return socket_->ArmDeadline();
    case Reassembly::Result::kWhole:
      break;
  }
  const std::vector<uint8_t> payload = reassembly_.TakePayload();
  Packet whole = packet;
  whole.payload = payload;
  OnPayload(header, whole);
}

void Intake::OnPayload(const FrameHeader& header, const Packet& packet) {
  if (header.nonce != 0 && socket_->waiters().IsOwn(header.nonce)) {
    return OnAnswer(header.nonce, header.error, packet.payload);
  }
  ++context_->counters.frames_in;
  if (header.error) {
    ++context_->counters.error_frames_in;
    return;
  }
  Offer(packet);
}

void Intake::OnAnswer(uint32_t nonce, bool error, std::span<const uint8_t> payload) {
  const Outcome outcome = error ? Outcome::kRefused : Outcome::kAnswered;
  switch (socket_->waiters().Complete(nonce, outcome, payload)) {
    case Waiters::Match::kNeverAsked:
      return Reject(ChunkFault::kNonce);
    case Waiters::Match::kLate:
      ++context_->counters.late_answers;
      break;
    case Waiters::Match::kCompleted:
      ++context_->counters.answers_in;
      break;
  }
  ++context_->counters.frames_in;
  if (error) ++context_->counters.error_frames_in;
}

void Intake::Offer(const Packet& packet) {
  if (sink_.empty()) {
    const Taken taken = context_->owner.OnSocketPacket(*socket_, packet);
    if (stopped_) return;
    if (taken == Taken::kGarbled) return Reject(ChunkFault::kPayload);
    if (taken == Taken::kYes) return;
  }
  sink_.Push(packet);
  if (sink_.Full()) {
    paused_ = true;
    ++context_->counters.read_pauses;
  }
}

// True when the sink has room for more.
bool Intake::DrainSink() {
  draining_ = true;
  while (!stopped_ && !sink_.empty()) {
    const Taken taken = context_->owner.OnSocketPacket(*socket_, sink_.Front());
    if (stopped_ || taken == Taken::kLater) break;
    sink_.Pop();
    if (taken == Taken::kGarbled) Reject(ChunkFault::kPayload);
  }
  draining_ = false;
  return !stopped_ && !sink_.Full();
}

void Intake::Resume() {
  if (draining_ || stopped_ || !DrainSink() || !paused_) return;
  paused_ = false;
  const std::vector<uint8_t> plain = std::exchange(plain_, {});
  if (!ReadFrames(plain)) return;
  std::vector<uint8_t> rest = std::exchange(rest_, {});
  Take(rest);
}

void Intake::Reject(ChunkFault fault) {
  ++context_->counters.rejected[static_cast<size_t>(fault)];
  socket_->OnFault();
  const TransportSettings& settings = context_->settings;
  if (faults_.Count(context_->clock.Steady(), settings.rejects_max, settings.rejects_window)) {
    return socket_->End({.reason = CloseReason::kTooManyFaults});
  }
  if (fault == ChunkFault::kTooBig && !reader_.header().error) {
    socket_->SendError(reader_.header().nonce, FrameError::kTooBig);
  }
}

void Intake::Stop() {
  stopped_ = true;
  reassembly_.Clear();
}

void Intake::Expire(core::Time now) {
  context_->counters.streams_expired += reassembly_.Expire(now);
}

}  // namespace node
