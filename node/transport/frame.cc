#include "node/transport/frame.h"

#include "core/codec/big_endian.h"

namespace node {
namespace {

using core::GetBigEndian;
using core::PutBigEndian;

constexpr uint8_t kEncodingMask = 0x03;
constexpr uint8_t kErrorFlag = 0x04;
constexpr uint8_t kNonceFlag = 0x08;
constexpr uint8_t kWrappedFlag = 0x10;
constexpr int kVersionShift = 5;

}  // namespace

void WriteFrameHeader(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> out) {
  out[0] = static_cast<uint8_t>(
      (kTransportVersion << kVersionShift) | (header.error ? kErrorFlag : 0) |
      (header.nonce != 0 ? kNonceFlag : 0) | (header.wrapped ? kWrappedFlag : 0));
  PutBigEndian<4>(&out[1], header.nonce);
  PutBigEndian<4>(&out[5], header.length);
}

HeaderVerdict ReadFrameHeader(std::span<const uint8_t, kFrameHeaderBytes> bytes,
                              const FrameLimits& limits, FrameHeader& header) {
  const uint8_t flags = bytes[0];
  header.error = (flags & kErrorFlag) != 0;
  header.wrapped = (flags & kWrappedFlag) != 0;
  header.nonce = static_cast<uint32_t>(GetBigEndian<4>(&bytes[1]));
  header.length = static_cast<uint32_t>(GetBigEndian<4>(&bytes[5]));
  if (header.length > limits.body_hard_max) return HeaderVerdict::kFatal;
  if (header.length > limits.body_max) return HeaderVerdict::kTooBig;
  if (flags >> kVersionShift != kTransportVersion || (flags & kEncodingMask) != 0) {
    return HeaderVerdict::kBadFlags;
  }
  if (((flags & kNonceFlag) != 0) != (header.nonce != 0)) return HeaderVerdict::kBadFlags;
  if (header.length != 0 && header.length < kBodyPrefixBytes) return HeaderVerdict::kShortBody;
  return HeaderVerdict::kGood;
}

void WriteBodyPrefix(const BodyPrefix& prefix, std::span<uint8_t, kBodyPrefixBytes> out) {
  PutBigEndian<2>(&out[0], prefix.channel);
  PutBigEndian<4>(&out[2], prefix.stream);
  PutBigEndian<2>(&out[6], prefix.part);
  PutBigEndian<2>(&out[8], prefix.parts);
}

BodyPrefix ReadBodyPrefix(std::span<const uint8_t, kBodyPrefixBytes> bytes) {
  return {.channel = static_cast<uint16_t>(GetBigEndian<2>(&bytes[0])),
          .stream = static_cast<uint32_t>(GetBigEndian<4>(&bytes[2])),
          .part = static_cast<uint16_t>(GetBigEndian<2>(&bytes[6])),
          .parts = static_cast<uint16_t>(GetBigEndian<2>(&bytes[8]))};
}

FrameHead MakeFrameHead(FrameHeader header, const BodyPrefix& prefix, size_t payload) {
  header.length = static_cast<uint32_t>(kBodyPrefixBytes + payload);
  FrameHead head;
  WriteFrameHeader(header, std::span(head).first<kFrameHeaderBytes>());
  WriteBodyPrefix(prefix, std::span(head).last<kBodyPrefixBytes>());
  return head;
}

void AppendFrame(const FrameHeader& header, const BodyPrefix& prefix,
                 std::span<const uint8_t> payload, std::vector<uint8_t>& out) {
  const FrameHead head = MakeFrameHead(header, prefix, payload.size());
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), payload.begin(), payload.end());
}

std::array<uint8_t, kFrameHeaderBytes> MakeKeepAlive() {
  std::array<uint8_t, kFrameHeaderBytes> head;
  WriteFrameHeader({}, head);
  return head;
}

}  // namespace node
