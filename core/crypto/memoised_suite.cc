#include "core/crypto/memoised_suite.h"

#include <algorithm>
#include <bit>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace core {

MemoisedSuite::MemoisedSuite(const Suite& inner, size_t slots) : inner_(&inner), slots_(slots) {
  CHECK(std::has_single_bit(slots));
}

bool MemoisedSuite::Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                           const Signature& signature) const {
  if (bytes.size() > kBytesMax) return inner_->Verify(key, bytes, signature);
  Slot& slot = slots_[HashBytes(signature) & (slots_.size() - 1)];
  if (slot.used && slot.signature == signature && slot.key == key &&
      std::ranges::equal(slot.bytes, bytes)) {
    ++hits_;
    return slot.genuine;
  }
  slot.key = key;
  slot.signature = signature;
  slot.bytes.assign(bytes.begin(), bytes.end());
  slot.used = true;
  slot.genuine = inner_->Verify(key, bytes, signature);
  return slot.genuine;
}

size_t MemoisedSuite::MemoryUsage() const {
  size_t bytes = sizeof(*this) + slots_.capacity() * sizeof(Slot);
  for (const Slot& slot : slots_) bytes += slot.bytes.capacity();
  return bytes;
}

}  // namespace core
