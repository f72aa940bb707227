// Packets of the network that an exported capture pretends to: IPv6 without extension headers, TCP without options, right
// checksums. Real nodes encrypt (docs/wire_format.md, Handshake); here the frames lie open in the stream.
//
// Peer n has the address fd6f:7262::n; ports are the caller's. Source: RFC 8200, RFC 9293. Thread rule: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"

namespace sim {

using InetAddress = std::array<uint8_t, 16>;

[[nodiscard]] InetAddress AddressOf(core::PeerId peer);

struct TcpSegment {
  enum Flag : uint8_t { kSyn = 0x02, kReset = 0x04, kPush = 0x08, kAck = 0x10 };

  static constexpr size_t kHeaderBytes = 60;  // IPv6 40, TCP 20.
  static constexpr size_t kPayloadMax = 61'440;

  core::PeerId from;
  core::PeerId to;
  uint16_t from_port = 0;
  uint16_t to_port = 0;
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;
  uint8_t flags = kAck;
  std::span<const uint8_t> payload = {};
};

// Replaces `packet`. REQUIRES: the payload has at most kPayloadMax bytes.
void WritePacket(const TcpSegment& segment, std::vector<uint8_t>& packet);

}  // namespace sim
