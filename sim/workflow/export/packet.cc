#include "sim/workflow/export/packet.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/codec/big_endian.h"

namespace sim {
namespace {

using core::PutBigEndian;

constexpr size_t kIpBytes = 40;
constexpr size_t kTcpBytes = TcpSegment::kHeaderBytes - kIpBytes;
constexpr uint8_t kTcp = 6;
constexpr size_t kChecksumAt = kIpBytes + 16;

uint64_t SumOf(std::span<const uint8_t> bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += core::GetBigEndian<2>(&bytes[i]);
  if (bytes.size() % 2 == 1) sum += uint64_t{bytes.back()} << 8;
  return sum;
}

// Over the pseudo header (addresses, length, next header) and the segment.
uint16_t ChecksumOf(std::span<const uint8_t> packet) {
  const std::span<const uint8_t> segment = packet.subspan(kIpBytes);
  uint64_t sum = SumOf(packet.subspan(8, 32)) + segment.size() + kTcp + SumOf(segment);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void WriteIpHeader(const TcpSegment& segment, std::vector<uint8_t>& packet) {
  packet[0] = 0x60;
  PutBigEndian<2>(&packet[4], packet.size() - kIpBytes);
  packet[6] = kTcp;
  packet[7] = 64;
  const InetAddress source = AddressOf(segment.from);
  const InetAddress destination = AddressOf(segment.to);
  std::copy(source.begin(), source.end(), packet.begin() + 8);
  std::copy(destination.begin(), destination.end(), packet.begin() + 24);
}

}  // namespace

InetAddress AddressOf(core::PeerId peer) {
  InetAddress address{0xfd, 0x6f, 0x72, 0x62};
  PutBigEndian<4>(&address[12], peer.value);
  return address;
}

void WritePacket(const TcpSegment& segment, std::vector<uint8_t>& packet) {
  CHECK(segment.payload.size() <= TcpSegment::kPayloadMax);
  packet.assign(TcpSegment::kHeaderBytes, 0);
  packet.insert(packet.end(), segment.payload.begin(), segment.payload.end());
  WriteIpHeader(segment, packet);
  uint8_t* tcp = &packet[kIpBytes];
  PutBigEndian<2>(tcp, segment.from_port);
  PutBigEndian<2>(tcp + 2, segment.to_port);
  PutBigEndian<4>(tcp + 4, segment.sequence);
  PutBigEndian<4>(tcp + 8, segment.acknowledged);
  tcp[12] = kTcpBytes / 4 << 4;
  tcp[13] = segment.flags;
  PutBigEndian<2>(tcp + 14, 0xffff);  // Window.
  PutBigEndian<2>(&packet[kChecksumAt], ChecksumOf(packet));
}

}  // namespace sim
