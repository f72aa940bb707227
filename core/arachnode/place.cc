#include "core/arachnode/place.h"

namespace core {

Key256 KeyRange::First() const {
  return Splice(prefix, Key256{}, bits);
}

Key256 KeyRange::Last() const {
  Key256 ones;
  ones.bytes.fill(0xff);
  return Splice(prefix, ones, bits);
}

uint32_t KeyRange::ShareBefore(const Key256& key) const {
  constexpr uint64_t kWhole = 1'000'000;
  constexpr int kPrecision = 32;
  if (!Contains(key)) return key < First() ? 0 : kWhole;
  uint64_t position = 0;
  for (int i = 0; i < kPrecision; ++i) {
    const int index = bits + i;
    position = position << 1 | (index < 256 && key.Bit(index) ? 1u : 0u);
  }
  return static_cast<uint32_t>(position * kWhole >> kPrecision);
}

KeyRange RangeOf(const NodeId& id, uint8_t ring) {
  return {Splice(id, Key256{}, ring), ring};
}

KeyRange ShedHalf(const NodeId& id, uint8_t ring) {
  Key256 other = id;
  other.FlipBit(ring);
  return RangeOf(other, static_cast<uint8_t>(ring + 1));
}

}  // namespace core
