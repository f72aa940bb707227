// The write-ahead log as SQLite writes it (https://www.sqlite.org/fileformat2.html, section 4), as
// far as it is needed to tell damage from an end.
//
//   log    = header frame*
//   header = magic u32, format u32, page size u32, sequence u32, salt u64, checksum u64
//   frame  = page number u32, pages after commit u32 (0: no commit), salt u64, checksum u64, page
//
// All big-endian. A frame's checksum goes on from that of the frame before, the first one's from
// the header's. SQLite ends its recovery at the first frame whose salt or checksum is wrong: right
// for the transaction that was being written when the machine stopped, silent loss when an older
// frame is damaged. Every transaction is synced before the next begins, so that only the last can
// be torn: two commits of the same generation (salt) at or behind the bad frame betray damage.
//
// What cannot be told apart: damage in the last transaction (or in the salt of the last but one) at
// the very time of a crash looks like a torn write. Thread rule: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "core/base/status.h"

namespace node {

inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kLogHeaderBytes = 32;
inline constexpr size_t kFrameHeaderBytes = 24;
inline constexpr size_t kFrameBytes = kFrameHeaderBytes + kPageBytes;

// SQLite's running checksum: two words over pairs of words, in the byte order of the log's writer.
struct LogChecksum {
  uint32_t first = 0;
  uint32_t second = 0;

  // REQUIRES: a multiple of eight bytes.
  void Add(std::span<const uint8_t> bytes, bool big_endian);

  friend constexpr auto operator<=>(const LogChecksum&, const LogChecksum&) = default;
};

class LogHeader {
 public:
  explicit LogHeader(std::span<const uint8_t, kLogHeaderBytes> bytes);

  // Whether it is a header of ours: magic, format, page size, checksum.
  [[nodiscard]] bool IsValid() const { return valid_; }

  [[nodiscard]] bool IsBlank() const { return blank_; }

  [[nodiscard]] uint64_t salt() const { return salt_; }

  [[nodiscard]] LogChecksum checksum() const { return checksum_; }

  [[nodiscard]] bool IsBigEndian() const { return big_endian_; }

 private:
  bool valid_ = false;
  bool blank_ = false;
  bool big_endian_ = false;
  uint64_t salt_ = 0;
  LogChecksum checksum_;
};

struct LogFrame {
  bool commit = false;
  uint64_t salt = 0;
  LogChecksum checksum;  // As the frame says.

  explicit LogFrame(std::span<const uint8_t, kFrameHeaderBytes> bytes);
};

// What the checksum of a frame must be, given that of its predecessor.
[[nodiscard]] LogChecksum FrameChecksum(LogChecksum before, bool big_endian,
                                        std::span<const uint8_t, kFrameHeaderBytes> header,
                                        std::span<const uint8_t> page);

// DataLoss when the log beside a closed store is damaged before its end. Ok when there is none.
[[nodiscard]] core::Status CheckLog(const std::filesystem::path& log);

}  // namespace node
