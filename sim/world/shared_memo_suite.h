// SharedMemoSuite: verifies equal bytes once (performance.md, section 3). A record is checked by
// each of its holders and by each seeker that reads it; the answer is a pure function of key, bytes
// and signature.
//
// Direct-mapped, fixed size, shared by all lanes without locks. An entry is 128 bits of a hash in
// two words: a torn read matches neither half's neighbour, so it can only miss. Only successes are
// remembered.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/crypto/suite.h"

namespace sim {

class SharedMemoSuite : public core::Suite {
 public:
  // REQUIRES: entries is a power of two.
  SharedMemoSuite(std::unique_ptr<core::Suite> inner, size_t entries);

  [[nodiscard]] core::PublicKey PublicKeyFor(const core::SecretKey& secret) const override {
    return inner_->PublicKeyFor(secret);
  }

  [[nodiscard]] core::Signature Sign(const core::SecretKey& secret,
                                     std::span<const uint8_t> bytes) const override {
    return inner_->Sign(secret, bytes);
  }

  [[nodiscard]] bool Verify(const core::PublicKey& key, std::span<const uint8_t> bytes,
                            const core::Signature& signature) const override;

  [[nodiscard]] core::Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    return inner_->Sha256(bytes);
  }

 private:
  struct Entry {
    std::atomic<uint64_t> high{0};
    std::atomic<uint64_t> low{0};
  };

  std::unique_ptr<core::Suite> inner_;
  mutable std::vector<Entry> entries_;
};

}  // namespace sim
