#include "core/base/ids.h"

#include <bit>

namespace core {

Key256 operator^(const Key256& a, const Key256& b) {
  Key256 result;
  for (size_t i = 0; i < result.bytes.size(); ++i) {
    result.bytes[i] = static_cast<uint8_t>(a.bytes[i] ^ b.bytes[i]);
  }
  return result;
}

bool Nearer(const Key256& target, const Key256& a, const Key256& b) {
  for (int i = 0; i < 4; ++i) {
    const uint64_t t = WordOf(target, i);
    const uint64_t da = t ^ WordOf(a, i);
    const uint64_t db = t ^ WordOf(b, i);
    if (da != db) return da < db;
  }
  return false;
}

int CommonPrefix(const Key256& a, const Key256& b) {
  for (int i = 0; i < 4; ++i) {
    const uint64_t difference = WordOf(a, i) ^ WordOf(b, i);
    if (difference != 0) return i * 64 + std::countl_zero(difference);
  }
  return Key256::kBits;
}

Key256 Splice(const Key256& head, const Key256& tail, int bits) {
  Key256 result = tail;
  const int whole = bits / 8;
  for (int i = 0; i < whole; ++i)
    result.bytes[static_cast<size_t>(i)] = head.bytes[static_cast<size_t>(i)];
  const int rest = bits % 8;
  if (rest != 0) {
    const auto mask = static_cast<uint8_t>(0xff00u >> rest);
    const auto at = static_cast<size_t>(whole);
    result.bytes[at] = static_cast<uint8_t>((head.bytes[at] & mask) | (tail.bytes[at] & ~mask));
  }
  return result;
}

}  // namespace core
