// Counter-based draws: 64 bits that depend on (seed, purpose, subject, counter, which) and on
// nothing else. No state, so the order of asking does not matter and a new draw moves no other.
#pragma once

#include <cstdint>

#include "core/base/hash.h"
#include "core/base/random.h"

namespace sim {

// The key of all draws of one purpose in one run.
[[nodiscard]] constexpr uint64_t DrawKey(uint64_t seed, core::Purpose purpose) {
  return core::Mix64(seed, static_cast<uint64_t>(purpose));
}

// 64 bits for one occasion: a message (sender, sequence) or a peer and its incarnation.
[[nodiscard]] constexpr uint64_t OccasionBits(uint64_t key, uint32_t subject, uint32_t counter) {
  return core::Mix64(key ^ core::Mix64(uint64_t{subject} << 32 | counter));
}

// One of several independent draws of an occasion.
template <typename Which>
[[nodiscard]] constexpr uint64_t DrawBits(uint64_t occasion, Which which) {
  return core::Mix64(occasion + static_cast<uint64_t>(which) * 0xd1342543de82ef95ull);
}

// True with the given probability. REQUIRES: ratio.denominator > 0.
[[nodiscard]] inline bool Hits(uint64_t bits, const core::Ratio& ratio) {
  return ratio.numerator != 0 && core::Reduce(bits, ratio.denominator) < ratio.numerator;
}

}  // namespace sim
