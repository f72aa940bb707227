#include "core/base/random.h"

#include <bit>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace core {
namespace {
__extension__ using Wide = unsigned __int128;
}  // namespace

Random::Random(const StreamKey& key) : state_{} {
  uint64_t word = Mix64(key.seed, key.peer,
                        uint64_t{key.incarnation} << 32 | static_cast<uint32_t>(key.purpose));
  for (uint64_t& part : state_) {
    word = Mix64(word);
    part = word;
  }
  state_[0] |= 1;  // The all-zero state is the generator's only fixed point.
}

uint64_t Random::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

uint64_t Random::Below(uint64_t bound) {
  CHECK(bound > 0);
  Wide product = static_cast<Wide>(Next()) * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = (0 - bound) % bound;
    while (static_cast<uint64_t>(product) < threshold) product = static_cast<Wide>(Next()) * bound;
  }
  return static_cast<uint64_t>(product >> 64);
}

int64_t Random::Between(int64_t low, int64_t high) {
  CHECK(low <= high);
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  const uint64_t offset = span == 0 ? Next() : Below(span);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
}

bool Random::Chance(Ratio probability) {
  CHECK(probability.denominator > 0);
  return Below(probability.denominator) < probability.numerator;
}

void Random::Fill(std::span<uint8_t> bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i % 8 == 0) word = Next();
    bytes[i] = static_cast<uint8_t>(word >> (i % 8 * 8));
  }
}

uint64_t Reduce(uint64_t mixed_bits, uint64_t bound) {
  return static_cast<uint64_t>(static_cast<Wide>(mixed_bits) * bound >> 64);
}

}  // namespace core
