// Big-endian integers in byte buffers, for the frame header and the canonical bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

// Writes the low kBytes bytes of value, most significant first.
template <size_t kBytes>
void PutBigEndian(uint8_t* out, uint64_t value) {
  for (size_t i = 0; i < kBytes; ++i)
    out[i] = static_cast<uint8_t>(value >> (8 * (kBytes - 1 - i)));
}

template <size_t kBytes>
[[nodiscard]] uint64_t GetBigEndian(const uint8_t* in) {
  uint64_t value = 0;
  for (size_t i = 0; i < kBytes; ++i) value = value << 8 | in[i];
  return value;
}

}  // namespace core
