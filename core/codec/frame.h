// The fixed header in front of every Protobuf body, big-endian, 32 bytes:
//
//   length u32   whole frame, header included     id u64       pairs a reply with its request
//   version u8   kFrameVersion                    sent_ms i64  sender's clock
//   flags u8     bit 0: the sender is a client    ttl_ms u32   0 for replies
//   type u16     core/codec/message_types.h
//   network u32  first four bytes of the network id
//
// Versioning rule: length and version keep their places for ever, everything else may move in
// another version. docs/wire_format.md; why not the 150-byte envelope of the protocol document:
// docs/decisions/0003.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/ids.h"
#include "core/codec/decode_error.h"

namespace core {

inline constexpr uint8_t kFrameVersion = 1;
inline constexpr size_t kFrameHeaderBytes = 32;

struct FrameHeader {
  uint32_t length = 0;
  uint16_t type = 0;
  uint32_t network = 0;
  uint64_t id = 0;
  int64_t sent_ms = 0;
  uint32_t ttl_ms = 0;
  bool client = false;

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

// What the header says of the network.
[[nodiscard]] uint32_t NetworkTag(const Key256& network);

void WriteFrameHeader(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> out);

// Tests size, length, version and flags, in this order; type and network are the caller's to judge.
// After an error the header is not to be trusted.
[[nodiscard]] DecodeError ReadFrameHeader(std::span<const uint8_t> frame, FrameHeader& header);

}  // namespace core
