#include "core/codec/frame.h"

#include "core/codec/big_endian.h"
#include "core/codec/limits.h"

namespace core {
namespace {
// Length and version: the part that every version of the protocol shares.
constexpr size_t kPrefixBytes = 5;
constexpr uint8_t kClientFlag = 1;
}  // namespace

uint32_t NetworkTag(const Key256& network) {
  return static_cast<uint32_t>(GetBigEndian<4>(network.bytes.data()));
}

void WriteFrameHeader(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> out) {
  PutBigEndian<4>(&out[0], header.length);
  out[4] = kFrameVersion;
  out[5] = header.client ? kClientFlag : 0;
  PutBigEndian<2>(&out[6], header.type);
  PutBigEndian<4>(&out[8], header.network);
  PutBigEndian<8>(&out[12], header.id);
  PutBigEndian<8>(&out[20], static_cast<uint64_t>(header.sent_ms));
  PutBigEndian<4>(&out[28], header.ttl_ms);
}

DecodeError ReadFrameHeader(std::span<const uint8_t> frame, FrameHeader& header) {
  if (frame.size() > limits::kControlFrameMax) {
    return {DecodeError::kTooLarge, "frame: above 1048576 bytes"};
  }
  if (frame.size() < kPrefixBytes) return {DecodeError::kMalformed, "frame: below 5 bytes"};
  header.length = static_cast<uint32_t>(GetBigEndian<4>(&frame[0]));
  if (header.length > limits::kControlFrameMax) {
    return {DecodeError::kTooLarge, "header.length: above 1048576 bytes"};
  }
  if (header.length != frame.size()) {
    return {DecodeError::kMalformed, "header.length: not the size of the frame"};
  }
  if (frame[4] != kFrameVersion) return {DecodeError::kWrongVersion, "header.version: not 1"};
  if (frame.size() < kFrameHeaderBytes) {
    return {DecodeError::kMalformed, "frame: below the 32 bytes of a header"};
  }
  if ((frame[5] & ~kClientFlag) != 0) return {DecodeError::kMalformed, "header.flags: above 1"};
  header.client = frame[5] == kClientFlag;
  header.type = static_cast<uint16_t>(GetBigEndian<2>(&frame[6]));
  header.network = static_cast<uint32_t>(GetBigEndian<4>(&frame[8]));
  header.id = GetBigEndian<8>(&frame[12]);
  header.sent_ms = static_cast<int64_t>(GetBigEndian<8>(&frame[20]));
  header.ttl_ms = static_cast<uint32_t>(GetBigEndian<4>(&frame[28]));
  return {};
}

}  // namespace core
