// 64-bit words out of bytes, in a stated order: one load, and a swap where the machine's order is the
// other one. Compilers see through the same written out with shifts too, but only after they have
// judged it too large to be inlined.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace core {

// REQUIRES: bytes points to eight of them; no alignment.
template <std::endian kOrder>
[[nodiscard]] inline uint64_t LoadWord(const uint8_t* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return std::endian::native == kOrder ? word : __builtin_bswap64(word);
}

// REQUIRES: room for eight bytes; no alignment.
template <std::endian kOrder>
inline void StoreWord(uint8_t* bytes, uint64_t word) {
  if constexpr (std::endian::native != kOrder) word = __builtin_bswap64(word);
  std::memcpy(bytes, &word, sizeof(word));
}

}  // namespace core
