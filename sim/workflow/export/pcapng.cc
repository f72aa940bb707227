#include "sim/workflow/export/pcapng.h"

#include "core/codec/big_endian.h"

namespace sim {
namespace {

// Numbers of the format.
enum Block : uint32_t { kSection = 0x0a0d0d0a, kInterface = 1, kNames = 4, kPacket = 6 };

enum Option : uint16_t {
  kEnd = 0,
  kComment = 1,
  kInterfaceName = 2,
  kApplication = 4,
  kResolution = 9
};

constexpr uint16_t kNameOfIpv6 = 2;
constexpr uint32_t kByteOrder = 0x1a2b3c4d;
constexpr uint16_t kLinkIpv6 = 229;

template <size_t kBytes>
void Append(std::string& out, uint64_t value) {
  uint8_t bytes[kBytes];
  core::PutBigEndian<kBytes>(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), kBytes);
}

void Pad(std::string& out) {
  out.append((4 - out.size() % 4) % 4, '\0');
}

void AppendOption(std::string& out, Option option, std::string_view value) {
  Append<2>(out, option);
  Append<2>(out, value.size());
  out += value;
  Pad(out);
}

}  // namespace

void PcapngWriter::Begin(std::string_view about) {
  Append<4>(body_, kByteOrder);
  Append<2>(body_, 1);  // Version 1.0.
  Append<2>(body_, 0);
  Append<8>(body_, ~uint64_t{0});  // Length of the section: not said.
  AppendOption(body_, kComment, about);
  AppendOption(body_, kApplication, "orbsim export");
  AppendOption(body_, kEnd, "");
  WriteBlock(kSection);
  Append<2>(body_, kLinkIpv6);
  Append<2>(body_, 0);
  Append<4>(body_, 0);  // No limit on the captured bytes.
  AppendOption(body_, kInterfaceName, "simulated network");
  AppendOption(body_, kResolution, "\x06");  // Microseconds.
  AppendOption(body_, kEnd, "");
  WriteBlock(kInterface);
}

void PcapngWriter::Name(const InetAddress& address, std::string_view name) {
  Append<2>(body_, kNameOfIpv6);
  Append<2>(body_, address.size() + name.size() + 1);
  body_.append(reinterpret_cast<const char*>(address.data()), address.size());
  body_ += name;
  body_ += '\0';
  Pad(body_);
  Append<4>(body_, 0);  // The last record.
  WriteBlock(kNames);
}

void PcapngWriter::Packet(WorldTime at, std::span<const uint8_t> packet, std::string_view comment) {
  Append<4>(body_, 0);  // The interface.
  Append<8>(body_, static_cast<uint64_t>(at.us));
  Append<4>(body_, packet.size());
  Append<4>(body_, packet.size());
  body_.append(reinterpret_cast<const char*>(packet.data()), packet.size());
  Pad(body_);
  if (!comment.empty()) {
    AppendOption(body_, kComment, comment);
    AppendOption(body_, kEnd, "");
  }
  WriteBlock(kPacket);
}

void PcapngWriter::WriteBlock(uint32_t type) {
  const size_t length = body_.size() + 12;
  block_.clear();
  Append<4>(block_, type);
  Append<4>(block_, length);
  block_ += body_;
  Append<4>(block_, length);
  sink_(block_);
  body_.clear();
}

}  // namespace sim
