#include "node/storage/log_format.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/codec/big_endian.h"

namespace node {
namespace {

constexpr uint64_t kMagic = 0x377f0682;  // The lowest bit says that words are big-endian.
constexpr uint64_t kFormat = 3007000;
constexpr uint64_t kTornCommitsMax = 1;

uint64_t Word(std::span<const uint8_t> bytes, size_t at) {
  return core::GetBigEndian<4>(bytes.data() + at);
}

LogChecksum ChecksumAt(std::span<const uint8_t> bytes, size_t at) {
  return {static_cast<uint32_t>(Word(bytes, at)), static_cast<uint32_t>(Word(bytes, at + 4))};
}

uint32_t WordIn(const uint8_t* in, bool big_endian) {
  if (big_endian) return static_cast<uint32_t>(core::GetBigEndian<4>(in));
  return uint32_t{in[0]} | uint32_t{in[1]} << 8 | uint32_t{in[2]} << 16 | uint32_t{in[3]} << 24;
}

// Reads frame after frame; the first whose chain breaks is remembered.
struct Walk {
  uint64_t frame = 0;  // Frames seen.
  uint64_t broken_at = 0;
  bool broken = false;
  uint64_t commits_behind = 0;  // At or behind the break, of this generation.
  LogChecksum chain;

  void Take(const LogHeader& log, std::span<const uint8_t> bytes) {
    const auto header = bytes.first<kFrameHeaderBytes>();
    const LogFrame found(header);
    if (!broken) {
      chain = FrameChecksum(chain, log.IsBigEndian(), header, bytes.subspan(kFrameHeaderBytes));
      if (found.salt != log.salt() || found.checksum != chain) {
        broken = true;
        broken_at = frame;
      }
    }
    if (broken && found.commit && found.salt == log.salt()) ++commits_behind;
    ++frame;
  }
};

core::Status Damaged(const std::filesystem::path& log, uint64_t offset, std::string_view what) {
  return core::DataLoss("store log " + log.string() + ": byte " + std::to_string(offset) + ": " +
                        std::string(what) + "; restore a backup");
}

}  // namespace

void LogChecksum::Add(std::span<const uint8_t> bytes, bool big_endian) {
  CHECK(bytes.size() % 8 == 0);
  for (size_t at = 0; at < bytes.size(); at += 8) {
    first += WordIn(bytes.data() + at, big_endian) + second;
    second += WordIn(bytes.data() + at + 4, big_endian) + first;
  }
}

LogHeader::LogHeader(std::span<const uint8_t, kLogHeaderBytes> bytes) {
  blank_ = std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
  const uint64_t magic = Word(bytes, 0);
  big_endian_ = (magic & 1) != 0;
  salt_ = core::GetBigEndian<8>(bytes.data() + 16);
  checksum_ = ChecksumAt(bytes, 24);
  LogChecksum sum;
  sum.Add(bytes.first(24), big_endian_);
  valid_ = (magic & ~uint64_t{1}) == kMagic && Word(bytes, 4) == kFormat &&
           Word(bytes, 8) == kPageBytes && sum == checksum_;
}

LogFrame::LogFrame(std::span<const uint8_t, kFrameHeaderBytes> bytes)
    : commit(Word(bytes, 4) != 0),
      salt(core::GetBigEndian<8>(bytes.data() + 8)),
      checksum(ChecksumAt(bytes, 16)) {}

LogChecksum FrameChecksum(LogChecksum before, bool big_endian,
                          std::span<const uint8_t, kFrameHeaderBytes> header,
                          std::span<const uint8_t> page) {
  before.Add(header.first(8), big_endian);
  before.Add(page, big_endian);
  return before;
}

core::Status CheckLog(const std::filesystem::path& log) {
  std::ifstream stream(log, std::ios::binary);
  std::array<uint8_t, kLogHeaderBytes> head{};
  std::vector<uint8_t> frame(kFrameBytes);
  if (!stream.read(reinterpret_cast<char*>(head.data()), head.size())) return absl::OkStatus();
  const LogHeader header(head);
  const auto read_frame = [&] {
    return static_cast<bool>(stream.read(reinterpret_cast<char*>(frame.data()),
                                         static_cast<std::streamsize>(kFrameBytes)));
  };
  if (!header.IsValid()) {
    // A header is synced before a frame follows it; a file that grew without its data is blank.
    if (header.IsBlank() || !read_frame()) return absl::OkStatus();
    return Damaged(log, 0, "damaged header in front of transactions");
  }
  Walk walk;
  walk.chain = header.checksum();
  while (read_frame()) walk.Take(header, frame);
  if (walk.commits_behind > kTornCommitsMax) {
    return Damaged(log, kLogHeaderBytes + walk.broken_at * kFrameBytes,
                   "damaged transaction in front of " + std::to_string(walk.commits_behind) +
                       " that were committed");
  }
  return absl::OkStatus();
}

}  // namespace node
