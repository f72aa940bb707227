#include "core/codec/proto_reader.h"

namespace core {

bool ProtoReader::LongVarint(uint64_t& value) {
  value &= 0x7f;
  for (unsigned shift = 7; shift < 64 && at_ != end_; shift += 7) {
    const uint64_t byte = *at_++;
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) return false;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace core
