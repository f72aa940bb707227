// Writes the Protobuf wire format into a buffer that it owns and reuses: steady state allocates
// nothing.
//
// Numbers that are 0 are left out, as proto3 does. Tags must be below 128 (fields 1 to 15), which
// every message of ours keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace core {

class ProtoWriter {
 public:
  // Where a length-delimited field started, for Close.
  struct Mark {
    size_t content = 0;
    size_t length_bytes = 0;
  };

  // Forgets the content and leaves room for a header.
  void Start(size_t header_bytes) {
    at_ = 0;
    Need(header_bytes);
    at_ = header_bytes;
  }

  [[nodiscard]] std::span<uint8_t> written() { return {buffer_.get(), at_}; }

  void Number(uint32_t tag, uint64_t value) {
    if (value == 0) return;
    Need(kVarintBytesMax + 1);
    buffer_[at_++] = static_cast<uint8_t>(tag);
    PutVarint(value);
  }

  void Bytes(uint32_t tag, std::span<const uint8_t> bytes) {
    Need(bytes.size() + kVarintBytesMax + 1);
    buffer_[at_++] = static_cast<uint8_t>(tag);
    PutVarint(bytes.size());
    if (!bytes.empty()) std::memcpy(&buffer_[at_], bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  // Begins a length-delimited field whose length will probably take length_bytes bytes: only speed
  // depends on it.
  [[nodiscard]] Mark Open(uint32_t tag, size_t length_bytes) {
    Need(kVarintBytesMax + 1);
    buffer_[at_++] = static_cast<uint8_t>(tag);
    at_ += length_bytes;
    return {at_, length_bytes};
  }

  void Close(const Mark& mark);

 private:
  static constexpr size_t kVarintBytesMax = 10;
  static constexpr size_t kFirstBytes = 4096;  // Of the buffer: most frames and rows.

  // After this, count bytes fit behind at_.
  void Need(size_t count) {
    if (size_ - at_ < count) [[unlikely]] {
      Grow(count);
    }
  }

  void Grow(size_t count);

  // REQUIRES: room for kVarintBytesMax bytes.
  void PutVarint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) buffer_[at_++] = static_cast<uint8_t>(value | 0x80);
    buffer_[at_++] = static_cast<uint8_t>(value);
  }

  std::unique_ptr<uint8_t[]> buffer_;  // The first at_ bytes are written; nobody reads the others.
  size_t size_ = 0;
  size_t at_ = 0;
};

}  // namespace core
