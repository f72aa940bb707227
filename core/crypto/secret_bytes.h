// Key material of a fixed size: wiped when it goes out of scope or is moved away, never copied by
// accident, never printed.
//
// Invariants: (1) after a move the source holds zeros; (2) after destruction the memory holds
// zeros, whatever the optimiser thinks of dead stores (sodium_memzero). Pages are not locked here:
// the owner of a long-lived secret puts it where the host locks memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace core {

// Overwrites with zeros; the compiler cannot leave it out.
void Wipe(std::span<uint8_t> bytes);

template <size_t kSize>
class SecretBytes {
 public:
  SecretBytes() = default;

  explicit SecretBytes(std::span<const uint8_t, kSize> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }

  SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { Wipe(other.bytes_); }

  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      Wipe(other.bytes_);
    }
    return *this;
  }

  ~SecretBytes() { Wipe(bytes_); }

  [[nodiscard]] std::span<uint8_t, kSize> bytes() { return bytes_; }

  [[nodiscard]] std::span<const uint8_t, kSize> bytes() const { return bytes_; }

 private:
  std::array<uint8_t, kSize> bytes_{};
};

}  // namespace core
