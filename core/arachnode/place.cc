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

KeyRange RangeOf(const NodeId& id, uint8_t ring) {
  return {Splice(id, Key256{}, ring), ring};
}

KeyRange ShedHalf(const NodeId& id, uint8_t ring) {
  Key256 other = id;
  other.FlipBit(ring);
  return RangeOf(other, static_cast<uint8_t>(ring + 1));
}

}  // namespace core
