#include "sim/world/shared_memo_suite.h"

#include <bit>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace sim {

SharedMemoSuite::SharedMemoSuite(std::unique_ptr<core::Suite> inner, size_t entries)
    : inner_(std::move(inner)), entries_(entries) {
  CHECK(std::has_single_bit(entries));
}

bool SharedMemoSuite::Verify(const core::PublicKey& key, std::span<const uint8_t> bytes,
                             const core::Signature& signature) const {
  core::Hasher hasher;
  hasher.Add(std::span<const uint8_t>(key));
  hasher.Add(bytes);
  hasher.Add(std::span<const uint8_t>(signature));
  const core::Fingerprint asked = hasher.Result();
  Entry& entry = entries_[asked.low & (entries_.size() - 1)];
  if (entry.high.load(std::memory_order_relaxed) == asked.high &&
      entry.low.load(std::memory_order_relaxed) == asked.low) {
    return true;
  }
  if (!inner_->Verify(key, bytes, signature)) return false;
  entry.high.store(asked.high, std::memory_order_relaxed);
  entry.low.store(asked.low, std::memory_order_relaxed);
  return true;
}

}  // namespace sim
