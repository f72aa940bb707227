// Big-endian integers in byte buffers, for the frame header and the canonical bytes. Written as
// folds: compilers make one load or store with a byte swap of them, and a loop of a loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace core {

template <size_t... kIndex>
void PutBigEndianAt(uint8_t* out, uint64_t value, std::index_sequence<kIndex...>) {
  ((out[kIndex] = static_cast<uint8_t>(value >> (8 * (sizeof...(kIndex) - 1 - kIndex)))), ...);
}

// Writes the low kBytes bytes of value, most significant first.
template <size_t kBytes>
void PutBigEndian(uint8_t* out, uint64_t value) {
  PutBigEndianAt(out, value, std::make_index_sequence<kBytes>());
}

template <size_t... kIndex>
[[nodiscard]] uint64_t GetBigEndianAt(const uint8_t* in, std::index_sequence<kIndex...>) {
  return ((uint64_t{in[kIndex]} << (8 * (sizeof...(kIndex) - 1 - kIndex))) | ...);
}

template <size_t kBytes>
[[nodiscard]] uint64_t GetBigEndian(const uint8_t* in) {
  return GetBigEndianAt(in, std::make_index_sequence<kBytes>());
}

}  // namespace core
