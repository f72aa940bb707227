// Numbers and bytes of a recording: varints of seven bits per byte, least significant first; signed numbers as zigzag; fixed words
// little-endian. The reader never reads beyond its bytes; its first failure sticks, and what it gives after that is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace core {

class PackedWriter {
 public:
  explicit PackedWriter(std::vector<uint8_t>& out) : out_(&out) {}

  void Byte(uint8_t value) { out_->push_back(value); }

  void Number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) Byte(static_cast<uint8_t>(value | 0x80));
    Byte(static_cast<uint8_t>(value));
  }

  void Signed(int64_t value) {
    Number(static_cast<uint64_t>(value) << 1 ^ (value < 0 ? ~uint64_t{0} : 0));
  }

  void Word32(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) Byte(static_cast<uint8_t>(value >> shift));
  }

  void Word64(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) Byte(static_cast<uint8_t>(value >> shift));
  }

  void Bytes(std::span<const uint8_t> bytes) {
    out_->insert(out_->end(), bytes.begin(), bytes.end());
  }

  // Behind its length.
  void Text(std::string_view text) {
    Number(text.size());
    out_->insert(out_->end(), text.begin(), text.end());
  }

 private:
  std::vector<uint8_t>* out_;
};

class PackedReader {
 public:
  explicit PackedReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }

  // Everything was read, and nothing failed.
  [[nodiscard]] bool AtEnd() const { return !failed_ && at_ == bytes_.size(); }

  [[nodiscard]] size_t at() const { return at_; }

  [[nodiscard]] size_t left() const { return bytes_.size() - at_; }

  [[nodiscard]] uint8_t Byte() {
    if (failed_ || at_ == bytes_.size()) return Fail();
    return bytes_[at_++];
  }

  // At most `most`; in the fewest bytes.
  [[nodiscard]] uint64_t Number(uint64_t most = UINT64_MAX) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t byte = Byte();
      if (failed_ || (shift == 63 && byte > 1) || (byte == 0 && shift > 0)) return Fail();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value <= most ? value : Fail();
    }
    return Fail();
  }

  // Within [low, high].
  [[nodiscard]] int64_t Signed(int64_t low, int64_t high) {
    const uint64_t folded = Number();
    const auto value = static_cast<int64_t>(folded >> 1 ^ ((folded & 1) != 0 ? ~uint64_t{0} : 0));
    return failed_ || value < low || value > high ? Fail() : value;
  }

  [[nodiscard]] uint32_t Word32() {
    uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 8) value |= uint32_t{Byte()} << shift;
    return value;
  }

  [[nodiscard]] uint64_t Word64() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 8) value |= uint64_t{Byte()} << shift;
    return value;
  }

  [[nodiscard]] bool Flag() { return Number(1) == 1; }

  // `count` bytes where they lie; none when there are fewer.
  [[nodiscard]] std::span<const uint8_t> Bytes(uint64_t count) {
    if (failed_ || count > left()) {
      Fail();
      return {};
    }
    at_ += static_cast<size_t>(count);
    return bytes_.subspan(at_ - static_cast<size_t>(count), static_cast<size_t>(count));
  }

  [[nodiscard]] std::string_view Text(size_t most) {
    const std::span<const uint8_t> bytes = Bytes(Number(most));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  // Fills a fixed array.
  void Fill(std::span<uint8_t> out) {
    const std::span<const uint8_t> bytes = Bytes(out.size());
    for (size_t i = 0; i < bytes.size(); ++i) out[i] = bytes[i];
  }

 private:
  uint8_t Fail() {
    failed_ = true;
    return 0;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace core
