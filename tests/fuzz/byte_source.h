// Bytes of a fuzzer as numbers; zeros when they run out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

class ByteSource {
 public:
  ByteSource(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  [[nodiscard]] bool empty() const { return at_ >= size_; }

  uint64_t operator()(uint64_t low, uint64_t high) {
    uint64_t word = 0;
    // Small ranges take one byte, so that few bytes go a long way.
    const int bytes = high - low < 256 ? 1 : 8;
    for (int i = 0; i < bytes; ++i) word = word << 8 | (at_ < size_ ? data_[at_++] : 0);
    const uint64_t span = high - low + 1;
    return span == 0 ? word : low + word % span;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

}  // namespace core
