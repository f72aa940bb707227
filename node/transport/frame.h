// Frames: what the plaintext of an open connection is cut into. A frame may span records, and
// several may share one.
//
//   flags  u8   bits 0-1 encoding: 0      bit 2 error   bit 3 nonce present   bit 4 wrapped
//               bits 5-7 version: 1
//   nonce  u32  0 and absent, or a request or its answer: odd where the dialler asked, even where
//               the answerer of the connection asked
//   length u32  of the body: 0 (keep-alive), or a prefix of 10 bytes and the payload
//   body        channel u16   stream u32   part u16   parts u16   payload
//
// All big-endian. Invariants: (1) a header is judged in the order length, flags, nonce; (2) only a
// length above the hard limit ends the stream, everything else leaves the framing in step.
// Source: protocols_of_the_other_seeds.md, 4.3 and 4.4; docs/wire_format.md, "Transport frames".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace node {

inline constexpr size_t kFrameHeaderBytes = 9;
inline constexpr size_t kBodyPrefixBytes = 10;
inline constexpr uint8_t kTransportVersion = 1;

// Payload of an error frame: one byte that says why.
enum class FrameError : uint8_t { kTooBig = 1, kRefused = 2 };

struct FrameLimits {
  size_t body_max = kBodyPrefixBytes + (size_t{64} << 10);
  size_t body_hard_max = (size_t{4} << 20) + kBodyPrefixBytes;

  [[nodiscard]] size_t part_max() const { return body_max - kBodyPrefixBytes; }
};

struct FrameHeader {
  bool error = false;
  bool wrapped = false;
  uint32_t nonce = 0;  // 0: no request and no answer.
  uint32_t length = 0;

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

struct BodyPrefix {
  uint16_t channel = 0;
  uint32_t stream = 0;
  uint16_t part = 0;
  uint16_t parts = 1;

  friend bool operator==(const BodyPrefix&, const BodyPrefix&) = default;
};

// What is wrong with a chunk that leaves the framing in step; the index of a counter.
enum class ChunkFault : uint8_t {
  kFlags,      // Version, encoding, or a nonce that its flag denies.
  kTooBig,     // Above the chunk limit.
  kShortBody,  // Too short for its prefix.
  kChannel,    // Not one of ours.
  kNonce,      // An answer to what was never asked.
  kParts,      // Part numbers that do not fit.
  kNoRoom,     // Too many streams or bytes wait for their parts.
  kPayload,    // The owner could not read it.
};
inline constexpr size_t kChunkFaultCount = 8;

// What the header alone says.
enum class HeaderVerdict : uint8_t { kGood, kBadFlags, kTooBig, kShortBody, kFatal };

void WriteFrameHeader(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> out);

// `header.length` and `header.nonce` are set whatever the verdict.
[[nodiscard]] HeaderVerdict ReadFrameHeader(std::span<const uint8_t, kFrameHeaderBytes> bytes,
                                            const FrameLimits& limits, FrameHeader& header);

void WriteBodyPrefix(const BodyPrefix& prefix, std::span<uint8_t, kBodyPrefixBytes> out);
[[nodiscard]] BodyPrefix ReadBodyPrefix(std::span<const uint8_t, kBodyPrefixBytes> bytes);

inline constexpr size_t kFrameHeadBytes = kFrameHeaderBytes + kBodyPrefixBytes;
using FrameHead = std::array<uint8_t, kFrameHeadBytes>;

// What stands in front of a payload of this size; header.length is set here.
[[nodiscard]] FrameHead MakeFrameHead(FrameHeader header, const BodyPrefix& prefix, size_t payload);

// Appends a whole frame.
void AppendFrame(const FrameHeader& header, const BodyPrefix& prefix,
                 std::span<const uint8_t> payload, std::vector<uint8_t>& out);

// The frame without a body.
[[nodiscard]] std::array<uint8_t, kFrameHeaderBytes> MakeKeepAlive();

}  // namespace node
