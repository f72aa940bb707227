// BLAKE2b (RFC 7693) over several pieces, by libsodium; wiped when it goes, because secrets are among
// the pieces. A domain comes first, so that no hash of one use says anything about another. Pieces are
// of fixed sizes, or the last one alone is not: otherwise two lists of pieces could be the same bytes.
// Thread rule: one thread at a time.
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
  // With a key it is a message authentication code, and a stream of bytes for whoever has the key.
  explicit Blake2b(std::string_view domain, std::span<const uint8_t> key = {}) {
    crypto_generichash_init(&state_, key.data(), key.size(), kSize);
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

  // A scalar of ristretto255, uniform but for a part in 2^260.
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
