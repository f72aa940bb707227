// Cuts a stream of plaintext into frames, whatever the pieces it arrives in.
//
// Next takes bytes from the front of `input` and says what it found; the owner calls it until it
// needs more, and may stop in between. Invariants: (1) every byte belongs to exactly one frame, in
// order; (2) what is rejected is skipped as it comes and never stored; (3) memory is at most
// four times the bytes that have arrived, whatever length was announced, and is given back behind
// each frame;
// (4) behind kFatal nothing more is read. Thread rule: one thread. Source:
// protocols_of_the_other_seeds.md, 4.4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/transport/frame.h"

namespace node {

class FrameReader {
 public:
  enum class Found : uint8_t {
    kNeedMore,   // `input` is used up.
    kFrame,      // header(), prefix() and payload().
    kKeepAlive,  // A frame without a body.
    kRejected,   // fault() and header(); its body has been skipped.
    kFatal       // A length above the hard limit.
  };

  explicit FrameReader(const FrameLimits& limits) : limits_(&limits) {}

  [[nodiscard]] Found Next(std::span<const uint8_t>& input);

  [[nodiscard]] const FrameHeader& header() const { return header_; }

  [[nodiscard]] const BodyPrefix& prefix() const { return prefix_; }

  // Valid until the next call, and as long as the input of this one.
  [[nodiscard]] std::span<const uint8_t> payload() const { return payload_; }

  [[nodiscard]] ChunkFault fault() const { return fault_; }

  // Bytes of a frame that has begun and is not whole.
  [[nodiscard]] size_t held() const { return head_size_ + body_.size(); }

 private:
  enum class Phase : uint8_t { kHeader, kBody, kSkip, kDead };

  [[nodiscard]] bool FillHeader(std::span<const uint8_t>& input);
  [[nodiscard]] Found OnHeader(std::span<const uint8_t>& input);
  [[nodiscard]] Found TakeBody(std::span<const uint8_t>& input);
  [[nodiscard]] Found Skip(std::span<const uint8_t>& input);
  [[nodiscard]] Found Deliver(std::span<const uint8_t> body);

  const FrameLimits* limits_;
  Phase phase_ = Phase::kHeader;
  ChunkFault fault_ = ChunkFault::kFlags;
  uint8_t head_size_ = 0;
  std::array<uint8_t, kFrameHeaderBytes> head_{};
  uint32_t skip_ = 0;
  FrameHeader header_;
  BodyPrefix prefix_;
  std::vector<uint8_t> body_;  // What has come of a body that did not come in one piece.
  bool body_whole_ = false;    // payload_ points into body_.
  std::span<const uint8_t> payload_;
};

}  // namespace node
