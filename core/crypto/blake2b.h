// BLAKE2b over a domain and parts of fixed sizes, as a digest or as a scalar of the group. One domain
// for each use, so that no hash of one says anything about another. The state is wiped.
// Inside core/crypto only: nobody else needs libsodium's headers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <sodium.h>

#include "core/crypto/secret_bytes.h"

namespace core {

template <size_t kSize>
class Blake2b {
 public:
  explicit Blake2b(std::string_view domain) {
    crypto_generichash_init(&state_, nullptr, 0, kSize);
    crypto_generichash_update(&state_, reinterpret_cast<const uint8_t*>(domain.data()),
                              domain.size());
  }

  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;

  ~Blake2b() { sodium_memzero(&state_, sizeof(state_)); }

  Blake2b& Add(std::span<const uint8_t> bytes) {
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
    return *this;
  }

  void End(std::span<uint8_t, kSize> out) {
    crypto_generichash_final(&state_, out.data(), out.size());
  }

  void EndAsScalar(std::span<uint8_t, 32> out) requires(kSize == 64) {
    std::array<uint8_t, kSize> wide;
    End(wide);
    crypto_core_ristretto255_scalar_reduce(out.data(), wide.data());
    Wipe(wide);
  }

 private:
  crypto_generichash_state state_;
};

}  // namespace core
