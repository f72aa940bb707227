#include "sim/workflow/export/capture.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/codec/big_endian.h"
#include "core/codec/frame.h"
#include "tests/sim/workflow/export/exported_run.h"

namespace sim {
namespace {

using core::GetBigEndian;

struct CapturedPacket {
  uint64_t at_us = 0;
  std::vector<uint8_t> bytes;
  std::string comment;

  [[nodiscard]] uint64_t Number(size_t offset, size_t size) const {
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | bytes[offset + i];
    return value;
  }

  [[nodiscard]] uint64_t from() const { return Number(20, 4); }

  [[nodiscard]] uint64_t to() const { return Number(36, 4); }

  [[nodiscard]] uint64_t sequence() const { return Number(44, 4); }

  [[nodiscard]] uint64_t acknowledged() const { return Number(48, 4); }

  [[nodiscard]] bool Has(TcpSegment::Flag flag) const { return (bytes[53] & flag) != 0; }

  [[nodiscard]] std::span<const uint8_t> payload() const { return std::span(bytes).subspan(60); }

  // Of one direction of one connection.
  [[nodiscard]] auto Stream() const {
    return std::tuple(from(), to(), Number(40, 2), Number(42, 2));
  }

  [[nodiscard]] auto Back() const { return std::tuple(to(), from(), Number(42, 2), Number(40, 2)); }
};

struct CaptureFile {
  std::vector<CapturedPacket> packets;
  std::map<uint64_t, std::string> names;  // By peer.
};

// A reader of its own, strict about the format's structure.
CaptureFile ReadCapture(const std::string& text) {
  CaptureFile file;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    const uint64_t type = GetBigEndian<4>(bytes + at);
    const uint64_t length = GetBigEndian<4>(bytes + at + 4);
    if (length % 4 != 0 || length < 12 || at + length > text.size() ||
        GetBigEndian<4>(bytes + at + length - 4) != length) {
      ADD_FAILURE() << "block at " << at << " of length " << length;
      return file;
    }
    const uint8_t* body = bytes + at + 8;
    if (at == 0) {
      EXPECT_EQ(type, 0x0a0d0d0au);
    }
    if (type == 4) {
      const size_t name = GetBigEndian<2>(body + 2) - 17;
      file.names[GetBigEndian<4>(body + 16)] =
          std::string(reinterpret_cast<const char*>(body + 20), name);
    }
    if (type == 6) {
      CapturedPacket packet;
      packet.at_us = GetBigEndian<8>(body + 4);
      const size_t size = GetBigEndian<4>(body + 12);
      packet.bytes.assign(body + 20, body + 20 + size);
      const size_t options = 20 + (size + 3) / 4 * 4;
      if (options + 12 < length) {
        EXPECT_EQ(GetBigEndian<2>(body + options), 1u);
        packet.comment = std::string(reinterpret_cast<const char*>(body + options + 4),
                                     GetBigEndian<2>(body + options + 2));
      }
      file.packets.push_back(std::move(packet));
    }
    at += length;
  }
  return file;
}

// As RFC 1071 verifies: the sum over the pseudo header and the segment, checksum included, is all ones.
bool ChecksumHolds(const CapturedPacket& packet) {
  uint64_t sum = packet.bytes.size() - 40 + 6;
  for (size_t i = 8; i < packet.bytes.size(); i += 2) {
    sum += uint64_t{packet.bytes[i]} << 8;
    if (i + 1 < packet.bytes.size()) sum += packet.bytes[i + 1];
  }
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return sum == 0xffff;
}

class CaptureTest : public ExportedRun {
 protected:
  CaptureFile Captured(std::vector<uint32_t> peers = {}) {
    const std::string capsule = MakeCapsule();
    EXPECT_EQ(Exported({.capsule = capsule, .pcapng = At("run.pcapng"), .peers = std::move(peers)}),
              ExitCode::kPass)
        << error_.str();
    return ReadCapture(TextOf(At("run.pcapng")));
  }
};

TEST(PacketTest, AKnownSegment) {
  const std::array<uint8_t, 3> payload{0x01, 0x02, 0x03};
  std::vector<uint8_t> packet;
  WritePacket({{1}, {0x0203}, 49'153, 7420, 1, 2, TcpSegment::kAck | TcpSegment::kPush, payload},
              packet);
  // The checksum was computed by hand: ffff - (fd6f + 7262 + 0001 + fd6f + 7262 + 0203 + 0017 + 0006 + c001 + 1cfc + 0001
  // + 0002 + 5018 + ffff + 0102 + 0300), carries folded.
  const std::vector<uint8_t> expected = {
      0x60, 0, 0, 0, 0,    23,   6,    64,   0xfd, 0x6f, 0x72, 0x62, 0, 0, 0, 0,
      0,    0, 0, 0, 0,    0,    0,    1,    0xfd, 0x6f, 0x72, 0x62, 0, 0, 0, 0,
      0,    0, 0, 0, 0,    0,    2,    3,    0xc0, 0x01, 0x1c, 0xfc, 0, 0, 0, 1,
      0,    0, 0, 2, 0x50, 0x18, 0xff, 0xff, 0xed, 0x1e, 0,    0,    1, 2, 3};
  EXPECT_EQ(packet, expected);
}

TEST_F(CaptureTest, PacketsAreSoundAndInTheOrderOfTime) {
  const CaptureFile file = Captured();
  ASSERT_GT(file.packets.size(), 1000u);
  uint64_t last = 0;
  for (const CapturedPacket& packet : file.packets) {
    ASSERT_GE(packet.bytes.size(), 60u);
    EXPECT_EQ(packet.Number(4, 2), packet.bytes.size() - 40);
    EXPECT_TRUE(ChecksumHolds(packet));
    EXPECT_GE(packet.at_us, last);
    last = packet.at_us;
    EXPECT_TRUE(file.names.contains(packet.from()));
    EXPECT_TRUE(file.names.contains(packet.to()));
  }
  EXPECT_EQ(file.names.at(0), "peer-0.members");
  EXPECT_EQ(file.names.at(15), "peer-15.reader");
}

TEST_F(CaptureTest, ConnectionsOpenAndTheirNumbersFitTogether) {
  const CaptureFile file = Captured();
  using Stream = decltype(CapturedPacket().Stream());
  std::map<Stream, uint64_t> next;
  for (const CapturedPacket& packet : file.packets) {
    const bool opens = packet.Has(TcpSegment::kSyn);
    EXPECT_EQ(next.contains(packet.Stream()), !opens);
    EXPECT_EQ(packet.sequence(), next[packet.Stream()]);
    if (packet.Has(TcpSegment::kAck)) {
      EXPECT_EQ(packet.acknowledged(), next[packet.Back()]);
    }
    next[packet.Stream()] += packet.payload().size() + (opens ? 1 : 0);
    if (packet.Has(TcpSegment::kReset)) {
      EXPECT_EQ(next.erase(packet.Stream()) + next.erase(packet.Back()), 2u);
    }
  }
  EXPECT_GT(next.size(), 50u);
}

TEST_F(CaptureTest, StreamsAreCutIntoTheFramesThatTravelled) {
  const CaptureFile file = Captured();
  std::map<std::string, int> comments;
  std::vector<uint8_t> gathered;
  int frames = 0;
  int resets = 0;
  int segmented = 0;
  for (const CapturedPacket& packet : file.packets) {
    resets += packet.Has(TcpSegment::kReset) ? 1 : 0;
    if (packet.payload().empty()) continue;
    gathered.insert(gathered.end(), packet.payload().begin(), packet.payload().end());
    if (!packet.Has(TcpSegment::kPush)) {
      ++segmented;
      continue;
    }
    core::FrameHeader header;
    const bool whole = core::ReadFrameHeader(gathered, header).ok();
    frames += whole ? 1 : 0;
    if (!packet.comment.empty()) ++comments[packet.comment];
    EXPECT_TRUE(whole || !packet.comment.empty());
    gathered.clear();
  }
  EXPECT_GT(frames, 1000);
  EXPECT_GT(resets, 0) << "some damage hits the header";
  EXPECT_GT(segmented, 0) << "a value of 100,000 bytes needs two packets";
  EXPECT_GT(comments["dropped: loss"], 5);
  EXPECT_GT(comments["dropped: partition"], 0);
  EXPECT_GT(comments["the receiver could not decode it"], 5);
}

TEST_F(CaptureTest, OfOnePeerWhatItSentAndGot) {
  const CaptureFile file = Captured({15});
  ASSERT_GT(file.packets.size(), 100u);
  for (const CapturedPacket& packet : file.packets)
    EXPECT_TRUE(packet.from() == 15 || packet.to() == 15);
}

}  // namespace
}  // namespace sim
