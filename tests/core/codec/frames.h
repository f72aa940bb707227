// Frames for tests: hand-made ones around any body, and the well-formed ones of a small fixed
// world.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/frame.h"
#include "core/codec/message_types.h"
#include "core/codec/wire.h"
#include "tests/core/codec/sample_message.h"

namespace core {

inline Key256 TestNetwork() {
  Key256 network;
  for (size_t i = 0; i < network.bytes.size(); ++i)
    network.bytes[i] = static_cast<uint8_t>(0xa0 + i);
  return network;
}

inline constexpr uint32_t kTestPeers = 40;

// A frame of TestNetwork() around a body; length and type are right.
inline std::vector<uint8_t> FrameAround(uint16_t type, std::string_view body) {
  std::vector<uint8_t> frame(kFrameHeaderBytes);
  const FrameHeader header{.length = static_cast<uint32_t>(kFrameHeaderBytes + body.size()),
                           .type = type,
                           .network = NetworkTag(TestNetwork()),
                           .id = 0x0102030405060708,
                           .sent_ms = 1'750'000'000'000,
                           .ttl_ms = 10'000};
  WriteFrameHeader(header, std::span(frame).first<kFrameHeaderBytes>());
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

template <typename T>
uint16_t TypeOf() {
  return kMessageTypes[Body(T{}).index()].type;
}

inline std::string HexOf(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace core
