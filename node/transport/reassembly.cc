#include "node/transport/reassembly.h"

#include <algorithm>
#include <utility>

namespace node {
namespace {

// The same payload: everything but the length and the part's number.
bool Agrees(const FrameHeader& a, const FrameHeader& b) {
  return a.error == b.error && a.wrapped == b.wrapped && a.nonce == b.nonce;
}

}  // namespace

Reassembly::Stream* Reassembly::Find(uint32_t stream) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const Stream& s) { return s.next.stream == stream; });
  return found == streams_.end() ? nullptr : &*found;
}

bool Reassembly::HasRoom(size_t size) const {
  return bytes_ + size <= settings_->reassembly_max &&
         budget_->used + size <= settings_->reassembly_total_max;
}

Reassembly::Result Reassembly::Accept(const FrameHeader& header, const BodyPrefix& prefix,
                                      std::span<const uint8_t> payload, core::Time now) {
  if (prefix.part >= prefix.parts || prefix.parts > settings_->parts_max) return Result::kBadPart;
  Stream* stream = Find(prefix.stream);
  const bool fits = stream == nullptr ? prefix.part == 0
                                      : stream->next == prefix && Agrees(stream->header, header);
  if (!fits) return Result::kBadPart;
  if (!HasRoom(payload.size())) return Result::kNoRoom;
  if (stream == nullptr) {
    if (streams_.size() >= settings_->streams_max) return Result::kNoRoom;
    streams_.push_back({.next = prefix, .header = header, .since = now, .payload = {}});
    stream = &streams_.back();
  }
  stream->payload.insert(stream->payload.end(), payload.begin(), payload.end());
  bytes_ += payload.size();
  budget_->used += payload.size();
  if (++stream->next.part < prefix.parts) return Result::kIncomplete;
  whole_ = std::move(stream->payload);
  bytes_ -= whole_.size();
  budget_->used -= whole_.size();
  streams_.erase(streams_.begin() + (stream - streams_.data()));
  return Result::kWhole;
}

void Reassembly::Drop(Stream& stream) {
  bytes_ -= stream.payload.size();
  budget_->used -= stream.payload.size();
}

size_t Reassembly::Expire(core::Time now) {
  return std::erase_if(streams_, [&](Stream& stream) {
    if (stream.since + settings_->stream_timeout > now) return false;
    Drop(stream);
    return true;
  });
}

core::Time Reassembly::NextDeadline() const {
  core::Time first = core::Time::Never();
  for (const Stream& stream : streams_) {
    first = std::min(first, stream.since + settings_->stream_timeout);
  }
  return first;
}

void Reassembly::Clear() {
  for (Stream& stream : streams_) Drop(stream);
  streams_ = {};
}

}  // namespace node
