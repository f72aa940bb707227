// Hashing that gives the same value on every machine, compiler and run. Not for security (see
// core/crypto).
//
// Mix64 is the finaliser of splitmix64. HashBytes reads eight bytes at a time, little-endian by
// definition. Hasher streams values into 128 bits: two lanes with different multipliers, so that a
// fingerprint of a million peers does not collide by accident.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/ids.h"

namespace core {

[[nodiscard]] constexpr uint64_t Mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

// Order matters: Mix64(a, b) != Mix64(b, a).
[[nodiscard]] constexpr uint64_t Mix64(uint64_t a, uint64_t b) {
  return Mix64(a ^ Mix64(b));
}

[[nodiscard]] constexpr uint64_t Mix64(uint64_t a, uint64_t b, uint64_t c) {
  return Mix64(a ^ Mix64(b ^ Mix64(c)));
}

[[nodiscard]] uint64_t HashBytes(std::span<const uint8_t> bytes, uint64_t seed = 0);

// 128 bits, printed as 32 hex digits.
struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;

  friend constexpr auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

[[nodiscard]] std::string ToHex(const Fingerprint& fingerprint);

class Hasher {
 public:
  // Integers, enums and bool, each as its own 64-bit word.
  template <typename T>

  requires(std::is_integral_v<T> || std::is_enum_v<T>) void Add(T value) {
    AddWord(static_cast<uint64_t>(value));
  }

  void Add(PeerId peer) { AddWord(peer.value); }

  void Add(const Key256& key);
  void Add(std::span<const uint8_t> bytes);
  void Add(std::string_view text);

  // How many were added: what the hashing cost.
  [[nodiscard]] uint64_t words() const { return count_; }

  [[nodiscard]] Fingerprint Result() const { return {Mix64(high_ ^ count_), Mix64(low_ + count_)}; }

 private:
  void AddWord(uint64_t word) {
    high_ = (high_ ^ word) * 0x9ddfea08eb382d69ull;
    high_ ^= high_ >> 29;
    low_ = (low_ + Mix64(word)) * 0xd6e8feb86659fd93ull;
    low_ ^= low_ >> 32;
    ++count_;
  }

  uint64_t high_ = 0x243f6a8885a308d3ull;
  uint64_t low_ = 0x13198a2e03707344ull;
  uint64_t count_ = 0;
};

}  // namespace core
