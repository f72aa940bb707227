#include "core/codec/proto_reader.h"

namespace core {

LongVarint ReadLongVarint(uint8_t first, const uint8_t* at, const uint8_t* end) {
  uint64_t value = first & 0x7f;
  for (unsigned shift = 7; shift < 64 && at != end; shift += 7) {
    const uint64_t byte = *at++;
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return {value, at};
  }
  return {};
}

}  // namespace core
