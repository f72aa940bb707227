// Answers repeated questions of another suite from memory: one record is checked by every seeker
// that meets it, and the answer is a pure function of key, bytes and signature, so a run does not
// depend on what was remembered.
//
// Invariants: (1) an answer is reused only when key, bytes and signature are equal byte for byte;
// no hash decides, so a forger has nothing to collide with; (2) memory is bounded by the number of
// slots times about 1.2 KiB: a slot keeps its latest question, bytes above kBytesMax are not
// remembered. Slots are found by a hash of the signature: whoever makes signatures that meet in one
// slot gets them computed, no more. Thread rule, unlike other suites: const calls change the
// memory, so one instance per thread (host lane).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/crypto/suite.h"

namespace core {

class MemoisedSuite : public Suite {
 public:
  static constexpr size_t kBytesMax = 1024;

  // REQUIRES: inner outlives this; slots is a power of two.
  MemoisedSuite(const Suite& inner, size_t slots);

  [[nodiscard]] PublicKey PublicKeyFor(const SecretKey& secret) const override {
    return inner_->PublicKeyFor(secret);
  }

  [[nodiscard]] Signature Sign(const SecretKey& secret,
                               std::span<const uint8_t> bytes) const override {
    return inner_->Sign(secret, bytes);
  }

  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const override;

  [[nodiscard]] Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    return inner_->Sha256(bytes);
  }

  // Questions that were answered from memory.
  [[nodiscard]] uint64_t hits() const { return hits_; }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  struct Slot {
    PublicKey key{};
    Signature signature{};
    std::vector<uint8_t> bytes;
    bool used = false;
    bool genuine = false;
  };

  const Suite* inner_;
  mutable std::vector<Slot> slots_;
  mutable uint64_t hits_ = 0;
};

}  // namespace core
