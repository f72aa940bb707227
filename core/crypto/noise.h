// Noise_XX_25519_ChaChaPoly_BLAKE2b, as the Noise Protocol Framework (revision 34) defines it, on
// libsodium and core/crypto/aead: the cipher of one direction, the symmetric state, the XX
// handshake, and Split.
//
//   -> e          <- e, ee, s, es          -> s, se
//
// Invariants: (1) no entropy is drawn here: both key pairs come from the caller, and an ephemeral
// key pair serves one handshake; (2) a nonce is never used twice with a key: counters only grow,
// the last one (2^64 - 1) belongs to Rekey, and at it everything is refused; (3) a Diffie-Hellman
// result of zeros (a public key of small order) is refused; (4) no message exceeds 65535 bytes, in
// or out; (5) after one failed Read the handshake is dead and stays so; (6) secrets are wiped when
// they go, and types that hold them only move.
//
// Errors: what a remote peer sends ends in a Status that says what was found and what is allowed;
// calls out of turn by the owner are CHECKs. Thread rule: one thread at a time. Source: the Noise
// specification, sections 4, 5, 7.5, 11.3 and 12; docs/wire_format.md, "Handshake".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/crypto/secret_bytes.h"

namespace core {

inline constexpr std::string_view kNoiseName = "Noise_XX_25519_ChaChaPoly_BLAKE2b";
inline constexpr size_t kNoiseMessageMax = 65535;
inline constexpr size_t kNoiseTagBytes = 16;
inline constexpr size_t kNoiseKeyBytes = 32;
inline constexpr size_t kNoiseHashBytes = 64;

using NoiseHash = std::array<uint8_t, kNoiseHashBytes>;
using NoiseKey = SecretBytes<kNoiseKeyBytes>;
// An X25519 public key.
using DhKey = std::array<uint8_t, 32>;

// An X25519 key pair.
class DhKeyPair {
 public:
  // Any 32 bytes are a secret key: X25519 clamps them.
  explicit DhKeyPair(NoiseKey secret);

  [[nodiscard]] const DhKey& public_key() const { return public_; }

  // The shared secret with the owner of `remote`. Error: the result is zeros.
  [[nodiscard]] Status Agree(const DhKey& remote, NoiseKey& shared) const;

 private:
  NoiseKey secret_;
  DhKey public_{};
};

// The key and the counter of one direction. Without a key it passes bytes through, as the first
// messages of a handshake need it.
class CipherState {
 public:
  CipherState() = default;

  explicit CipherState(NoiseKey key);

  [[nodiscard]] bool has_key() const { return has_key_; }

  [[nodiscard]] uint64_t nonce() const { return nonce_; }

  // For a key that has served before. REQUIRES: this key has not been used with `nonce` or a later
  // one.
  void SetNonce(uint64_t nonce) { nonce_ = nonce; }

  // What Encrypt adds to the size.
  [[nodiscard]] size_t overhead() const { return has_key_ ? kNoiseTagBytes : 0; }

  // Writes plaintext.size() + overhead() bytes to `out`, which may be where the plaintext lies.
  // Error, with nothing written: the nonces are exhausted.
  [[nodiscard]] Status Encrypt(std::span<const uint8_t> data, std::span<const uint8_t> plaintext,
                               uint8_t* out);

  // Writes ciphertext.size() - overhead() bytes to `out`, which may be where the ciphertext lies.
  // Error, with the counter where it was: too short, not authentic, or the nonces are exhausted.
  [[nodiscard]] Status Decrypt(std::span<const uint8_t> data, std::span<const uint8_t> ciphertext,
                               uint8_t* out);

  // Replaces the key by a one-way function of itself (section 11.3); the counter goes on.
  // REQUIRES: has_key().
  void Rekey();

 private:
  NoiseKey key_;
  uint64_t nonce_ = 0;
  bool has_key_ = false;
};

// The ciphers after a handshake.
struct NoiseCiphers {
  CipherState send;
  CipherState receive;
};

// The chaining key and the transcript hash.
class SymmetricState {
 public:
  explicit SymmetricState(std::string_view protocol_name);

  void MixKey(std::span<const uint8_t> input);
  void MixHash(std::span<const uint8_t> bytes);

  // Both append to `out`.
  [[nodiscard]] Status EncryptAndHash(std::span<const uint8_t> plaintext,
                                      std::vector<uint8_t>& out);
  [[nodiscard]] Status DecryptAndHash(std::span<const uint8_t> ciphertext,
                                      std::vector<uint8_t>& out);

  [[nodiscard]] size_t overhead() const { return cipher_.overhead(); }

  [[nodiscard]] const NoiseHash& hash() const { return hash_; }

  // `send` is the initiator's.
  [[nodiscard]] NoiseCiphers Split() const;

 private:
  SecretBytes<kNoiseHashBytes> chaining_key_;
  NoiseHash hash_{};
  CipherState cipher_;
};

// A key that a message carries or an agreement that both sides mix in (section 7).
enum class NoiseToken : uint8_t { kE, kS, kEe, kEs, kSe };

enum class NoiseRole : uint8_t { kInitiator, kResponder };

class NoiseHandshake {
 public:
  // `own_static` is borrowed and outlives the handshake. REQUIRES: `ephemeral` is fresh.
  NoiseHandshake(NoiseRole role, std::span<const uint8_t> prologue, const DhKeyPair& own_static,
                 DhKeyPair ephemeral);

  // Appends the next message, with the payload, to `out`. Errors: the message would exceed 65535
  // bytes; the remote key is of small order. REQUIRES: MustWrite().
  [[nodiscard]] Status Write(std::span<const uint8_t> payload, std::vector<uint8_t>& out);

  // Takes the next message and appends its payload to `payload`. Errors: too long, too short, not
  // authentic, a key of small order, not the remote's turn, dead since an earlier error.
  [[nodiscard]] Status Read(std::span<const uint8_t> message, std::vector<uint8_t>& payload);

  // The turn is ours.
  [[nodiscard]] bool MustWrite() const;
  // All three messages have passed.
  [[nodiscard]] bool Finished() const;

  // Zeros until its message has been read.
  [[nodiscard]] const DhKey& remote_static() const { return remote_static_; }

  // The transcript; a channel binding once Finished().
  [[nodiscard]] const NoiseHash& hash() const { return symmetric_.hash(); }

  // REQUIRES: Finished().
  [[nodiscard]] NoiseCiphers Split() const;

 private:
  [[nodiscard]] Status CheckTurn(size_t message_size) const;
  [[nodiscard]] Status WriteTokens(std::span<const uint8_t> payload, std::vector<uint8_t>& out);
  [[nodiscard]] Status ReadTokens(std::span<const uint8_t> message, std::vector<uint8_t>& payload);
  [[nodiscard]] Status MixToken(NoiseToken token);
  [[nodiscard]] Status MixAgreement(const DhKeyPair& own, const DhKey& remote);

  NoiseRole role_;
  const DhKeyPair* static_;
  DhKeyPair ephemeral_;
  DhKey remote_static_{};
  DhKey remote_ephemeral_{};
  SymmetricState symmetric_;
  size_t messages_ = 0;  // Written and read.
  bool dead_ = false;
};

}  // namespace core
