// ChaCha20-Poly1305 (RFC 8439) by the library that is faster for the length: libsodium for short
// messages, libcrypto from kBulkBytes on. Both write the same bytes.
//
// Invariants: (1) where libcrypto has no memory to start with, libsodium takes its place: sealing
// cannot fail; (2) a key stays in memory of libcrypto's during one call only and is wiped behind it;
// (3) what does not authenticate leaves zeros. libcrypto reads no configuration file here. Thread
// rule: any thread. Source: docs/decisions/0017-libcrypto-for-bulk-records.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace core {

inline constexpr size_t kAeadKeyBytes = 32;
inline constexpr size_t kAeadNonceBytes = 12;
inline constexpr size_t kAeadTagBytes = 16;
// Below it what libcrypto needs to start costs more than its faster code saves.
inline constexpr size_t kBulkBytes = 1024;

struct AeadKey {
  std::span<const uint8_t, kAeadKeyBytes> key;
  std::span<const uint8_t, kAeadNonceBytes> nonce;
};

// Writes the ciphertext and its tag, plaintext.size() + kAeadTagBytes bytes, to `out`, which may be
// where the plaintext lies. REQUIRES: this nonce has not been used with this key.
void SealAead(const AeadKey& with, std::span<const uint8_t> data,
              std::span<const uint8_t> plaintext, uint8_t* out);

// Writes sealed.size() - kAeadTagBytes bytes to `out`, which may be where `sealed` lies. False: not
// authentic. REQUIRES: sealed.size() >= kAeadTagBytes.
[[nodiscard]] bool OpenAead(const AeadKey& with, std::span<const uint8_t> data,
                            std::span<const uint8_t> sealed, uint8_t* out);

}  // namespace core
