// Random numbers that are the same everywhere: own generator, own integer distributions, one stream
// per purpose.
//
// Random is xoshiro256** (Blackman and Vigna, public domain), 32 bytes of state. Streams are keyed
// by (seed, peer, incarnation, purpose): adding a draw in one place moves no other, and a restarted
// peer never repeats itself. Rule of docs/determinism.md, hazard 9: one draw per statement, never
// two in one expression.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "core/base/ids.h"

namespace core {

// A probability as an exact fraction. Invariant: numerator <= denominator, denominator > 0.
struct Ratio {
  uint64_t numerator = 0;
  uint64_t denominator = 1;
};

// What a stream is drawn for. Append only: a value is part of every golden.
enum class Purpose : uint32_t {
  kPeer = 1,
  kNetwork = 2,
  kChurn = 3,
  kWorkload = 4,
  kFaults = 5,
  kPlacement = 6,
  kAdversary = 7,
  kClock = 8,
  kIdentity = 9,
  kTest = 10,
  kStorage = 11,
};

struct StreamKey {
  uint64_t seed = 0;
  uint32_t peer = 0;
  uint32_t incarnation = 0;
  Purpose purpose = Purpose::kTest;
};

class Random {
 public:
  explicit Random(const StreamKey& key);

  [[nodiscard]] uint64_t Next();

  // Uniform in [0, bound), without bias (Lemire's method). REQUIRES: bound > 0.
  [[nodiscard]] uint64_t Below(uint64_t bound);

  // Uniform in [low, high]. REQUIRES: low <= high.
  [[nodiscard]] int64_t Between(int64_t low, int64_t high);

  [[nodiscard]] bool Chance(Ratio probability);

  void Fill(std::span<uint8_t> bytes);

  // Fisher and Yates.
  template <typename T>
  void Shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) {
      const size_t j = Below(i);
      std::swap(items[i - 1], items[j]);
    }
  }

 private:
  std::array<uint64_t, 4> state_;
};

// A stateless draw for counter-based streams: uniform in [0, bound) from 64 mixed bits, with a bias
// below bound / 2^64.
[[nodiscard]] uint64_t Reduce(uint64_t mixed_bits, uint64_t bound);

}  // namespace core
