#include "node/transport/frame_reader.h"

#include <algorithm>

namespace node {

FrameReader::Found FrameReader::Next(std::span<const uint8_t>& input) {
  if (body_whole_) {
    body_whole_ = false;
    body_ = {};
  }
  switch (phase_) {
    case Phase::kHeader:
      return FillHeader(input) ? OnHeader(input) : Found::kNeedMore;
    case Phase::kBody:
      return TakeBody(input);
    case Phase::kSkip:
      return Skip(input);
    case Phase::kDead:
      return Found::kFatal;
  }
  return Found::kFatal;
}

bool FrameReader::FillHeader(std::span<const uint8_t>& input) {
  const size_t take = std::min(input.size(), kFrameHeaderBytes - head_size_);
  std::copy_n(input.begin(), take, head_.begin() + head_size_);
  head_size_ = static_cast<uint8_t>(head_size_ + take);
  input = input.subspan(take);
  return head_size_ == kFrameHeaderBytes;
}

FrameReader::Found FrameReader::OnHeader(std::span<const uint8_t>& input) {
  head_size_ = 0;
  const HeaderVerdict verdict = ReadFrameHeader(head_, *limits_, header_);
  if (verdict == HeaderVerdict::kFatal) {
    phase_ = Phase::kDead;
    return Found::kFatal;
  }
  if (verdict == HeaderVerdict::kGood) {
    if (header_.length == 0) return Found::kKeepAlive;
    phase_ = Phase::kBody;
    return TakeBody(input);
  }
  fault_ = verdict == HeaderVerdict::kTooBig     ? ChunkFault::kTooBig
           : verdict == HeaderVerdict::kBadFlags ? ChunkFault::kFlags
                                                 : ChunkFault::kShortBody;
  skip_ = header_.length;
  phase_ = Phase::kSkip;
  return Skip(input);
}

FrameReader::Found FrameReader::TakeBody(std::span<const uint8_t>& input) {
  if (body_.empty() && input.size() >= header_.length) {
    const auto body = input.first(header_.length);
    input = input.subspan(header_.length);
    return Deliver(body);
  }
  const size_t take = std::min<size_t>(input.size(), header_.length - body_.size());
  // Once a quarter is there, memory for all of it: growing by and by would copy it again.
  if (body_.size() + take >= header_.length / 4) body_.reserve(header_.length);
  body_.insert(body_.end(), input.begin(), input.begin() + static_cast<ptrdiff_t>(take));
  input = input.subspan(take);
  if (body_.size() < header_.length) return Found::kNeedMore;
  body_whole_ = true;
  return Deliver(body_);
}

FrameReader::Found FrameReader::Skip(std::span<const uint8_t>& input) {
  const size_t take = std::min<size_t>(input.size(), skip_);
  skip_ -= static_cast<uint32_t>(take);
  input = input.subspan(take);
  if (skip_ != 0) return Found::kNeedMore;
  phase_ = Phase::kHeader;
  return Found::kRejected;
}

FrameReader::Found FrameReader::Deliver(std::span<const uint8_t> body) {
  phase_ = Phase::kHeader;
  prefix_ = ReadBodyPrefix(body.first<kBodyPrefixBytes>());
  payload_ = body.subspan(kBodyPrefixBytes);
  return Found::kFrame;
}

}  // namespace node
