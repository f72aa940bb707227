#include "core/crypto/noise.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/aead.h"
#include "core/crypto/sodium_suite.h"

namespace core {
namespace {

constexpr size_t kBlockBytes = 128;  // Of BLAKE2b, for HMAC.
constexpr size_t kMessages = 3;
constexpr uint64_t kLastNonce = std::numeric_limits<uint64_t>::max();

static_assert(kAeadTagBytes == kNoiseTagBytes && kAeadKeyBytes == kNoiseKeyBytes);
static_assert(crypto_generichash_blake2b_BYTES_MAX == kNoiseHashBytes);
static_assert(crypto_scalarmult_BYTES == kNoiseKeyBytes);

// The pattern XX, and how much longer than its payload each message is.
constexpr NoiseToken kFirst[] = {NoiseToken::kE};
constexpr NoiseToken kSecond[] = {NoiseToken::kE, NoiseToken::kEe, NoiseToken::kS, NoiseToken::kEs};
constexpr NoiseToken kThird[] = {NoiseToken::kS, NoiseToken::kSe};
constexpr std::span<const NoiseToken> kPattern[kMessages] = {kFirst, kSecond, kThird};
constexpr size_t kOverhead[kMessages] = {32, 32 + 48 + 16, 48 + 16};

using HmacKey = std::span<const uint8_t, kNoiseHashBytes>;
using HashState = crypto_generichash_blake2b_state;

void StartHash(HashState& state) {
  crypto_generichash_blake2b_init(&state, nullptr, 0, kNoiseHashBytes);
}

void AddToHash(HashState& state, std::span<const uint8_t> bytes) {
  crypto_generichash_blake2b_update(&state, bytes.data(), bytes.size());
}

// HMAC (RFC 2104) of a || b.
void Hmac(HmacKey key, std::span<const uint8_t> a, std::span<const uint8_t> b,
          std::span<uint8_t, kNoiseHashBytes> out) {
  SecretBytes<kBlockBytes> pad;
  HashState state;
  for (const uint8_t byte : {uint8_t{0x36}, uint8_t{0x5c}}) {
    std::fill(pad.bytes().begin(), pad.bytes().end(), byte);
    for (size_t i = 0; i < key.size(); ++i) pad.bytes()[i] ^= key[i];
    StartHash(state);
    AddToHash(state, pad.bytes());
    if (byte == 0x36) {
      AddToHash(state, a);
      AddToHash(state, b);
    } else {
      AddToHash(state, out);
    }
    crypto_generichash_blake2b_final(&state, out.data(), out.size());
  }
  sodium_memzero(&state, sizeof(state));
}

struct TwoKeys {
  SecretBytes<kNoiseHashBytes> first;
  SecretBytes<kNoiseHashBytes> second;
};

// HKDF with two outputs (section 4.3).
TwoKeys Hkdf(HmacKey chaining_key, std::span<const uint8_t> input) {
  static constexpr uint8_t kOne[] = {1};
  static constexpr uint8_t kTwo[] = {2};
  SecretBytes<kNoiseHashBytes> temporary;
  Hmac(chaining_key, input, {}, temporary.bytes());
  TwoKeys keys;
  Hmac(temporary.bytes(), kOne, {}, keys.first.bytes());
  Hmac(temporary.bytes(), keys.first.bytes(), kTwo, keys.second.bytes());
  return keys;
}

NoiseKey Truncated(const SecretBytes<kNoiseHashBytes>& key) {
  return NoiseKey(key.bytes().first<kNoiseKeyBytes>());
}

// Four zeros and the counter, little-endian (section 12.3).
std::array<uint8_t, kAeadNonceBytes> NonceBytes(uint64_t nonce) {
  std::array<uint8_t, kAeadNonceBytes> bytes{};
  for (size_t i = 0; i < 8; ++i) bytes[4 + i] = static_cast<uint8_t>(nonce >> (8 * i));
  return bytes;
}

Status NoncesExhausted() {
  return ResourceExhausted("noise: 2^64 - 1 messages under one key, none left");
}

// Before its start libsodium uses its portable code, a third as fast.
void StartLibsodium() {
  const SodiumSuite starts_it;
}

std::string MessageName(size_t index) {
  return "noise: message " + std::to_string(index + 1);
}

}  // namespace

DhKeyPair::DhKeyPair(NoiseKey secret) : secret_(std::move(secret)) {
  StartLibsodium();
  crypto_scalarmult_base(public_.data(), secret_.bytes().data());
}

Status DhKeyPair::Agree(const DhKey& remote, NoiseKey& shared) const {
  if (crypto_scalarmult(shared.bytes().data(), secret_.bytes().data(), remote.data()) != 0) {
    return InvalidArgument("noise: the remote's public key is of small order");
  }
  return {};
}

CipherState::CipherState(NoiseKey key) : key_(std::move(key)), has_key_(true) {
  StartLibsodium();
}

Status CipherState::Encrypt(std::span<const uint8_t> data, std::span<const uint8_t> plaintext,
                            uint8_t* out) {
  if (!has_key_) {
    if (!plaintext.empty()) std::memmove(out, plaintext.data(), plaintext.size());
    return {};
  }
  if (nonce_ == kLastNonce) return NoncesExhausted();
  SealAead({key_.bytes(), NonceBytes(nonce_)}, data, plaintext, out);
  ++nonce_;
  return {};
}

Status CipherState::Decrypt(std::span<const uint8_t> data, std::span<const uint8_t> ciphertext,
                            uint8_t* out) {
  if (!has_key_) {
    if (!ciphertext.empty()) std::memmove(out, ciphertext.data(), ciphertext.size());
    return {};
  }
  if (nonce_ == kLastNonce) return NoncesExhausted();
  if (ciphertext.size() < kNoiseTagBytes) {
    return InvalidArgument("noise: ciphertext of " + std::to_string(ciphertext.size()) +
                           " bytes, at least 16");
  }
  if (!OpenAead({key_.bytes(), NonceBytes(nonce_)}, data, ciphertext, out)) {
    return InvalidArgument("noise: ciphertext is not authentic");
  }
  ++nonce_;
  return {};
}

void CipherState::Rekey() {
  CHECK(has_key_);
  static constexpr std::array<uint8_t, kNoiseKeyBytes> kZeros{};
  SecretBytes<kNoiseKeyBytes + kNoiseTagBytes> sealed;
  SealAead({key_.bytes(), NonceBytes(kLastNonce)}, {}, kZeros, sealed.bytes().data());
  key_ = NoiseKey(sealed.bytes().first<kNoiseKeyBytes>());
}

SymmetricState::SymmetricState(std::string_view protocol_name) {
  const std::span<const uint8_t> name(reinterpret_cast<const uint8_t*>(protocol_name.data()),
                                      protocol_name.size());
  if (name.size() <= kNoiseHashBytes) {
    std::copy(name.begin(), name.end(), hash_.begin());
  } else {
    crypto_generichash_blake2b(hash_.data(), hash_.size(), name.data(), name.size(), nullptr, 0);
  }
  chaining_key_ = SecretBytes<kNoiseHashBytes>(hash_);
}

void SymmetricState::MixKey(std::span<const uint8_t> input) {
  TwoKeys keys = Hkdf(chaining_key_.bytes(), input);
  chaining_key_ = std::move(keys.first);
  cipher_ = CipherState(Truncated(keys.second));
}

void SymmetricState::MixHash(std::span<const uint8_t> bytes) {
  HashState state;
  StartHash(state);
  AddToHash(state, hash_);
  AddToHash(state, bytes);
  crypto_generichash_blake2b_final(&state, hash_.data(), hash_.size());
}

Status SymmetricState::EncryptAndHash(std::span<const uint8_t> plaintext,
                                      std::vector<uint8_t>& out) {
  const size_t start = out.size();
  out.resize(start + plaintext.size() + cipher_.overhead());
  RETURN_IF_ERROR(cipher_.Encrypt(hash_, plaintext, out.data() + start));
  MixHash(std::span(out).subspan(start));
  return {};
}

Status SymmetricState::DecryptAndHash(std::span<const uint8_t> ciphertext,
                                      std::vector<uint8_t>& out) {
  const size_t start = out.size();
  const size_t tag = std::min(cipher_.overhead(), ciphertext.size());
  out.resize(start + ciphertext.size() - tag);
  RETURN_IF_ERROR(cipher_.Decrypt(hash_, ciphertext, out.data() + start));
  MixHash(ciphertext);
  return {};
}

NoiseCiphers SymmetricState::Split() const {
  const TwoKeys keys = Hkdf(chaining_key_.bytes(), {});
  return {CipherState(Truncated(keys.first)), CipherState(Truncated(keys.second))};
}

NoiseHandshake::NoiseHandshake(NoiseRole role, std::span<const uint8_t> prologue,
                               const DhKeyPair& own_static, DhKeyPair ephemeral)
    : role_(role), static_(&own_static), ephemeral_(std::move(ephemeral)), symmetric_(kNoiseName) {
  symmetric_.MixHash(prologue);
}

bool NoiseHandshake::MustWrite() const {
  return !dead_ && !Finished() && (messages_ % 2 == 0) == (role_ == NoiseRole::kInitiator);
}

bool NoiseHandshake::Finished() const {
  return !dead_ && messages_ == kMessages;
}

Status NoiseHandshake::MixAgreement(const DhKeyPair& own, const DhKey& remote) {
  NoiseKey shared;
  RETURN_IF_ERROR(own.Agree(remote, shared));
  symmetric_.MixKey(shared.bytes());
  return {};
}

// "es" and "se" name the initiator's key first.
Status NoiseHandshake::MixToken(NoiseToken token) {
  const bool initiator = role_ == NoiseRole::kInitiator;
  switch (token) {
    case NoiseToken::kEe:
      return MixAgreement(ephemeral_, remote_ephemeral_);
    case NoiseToken::kEs:
      return initiator ? MixAgreement(ephemeral_, remote_static_)
                       : MixAgreement(*static_, remote_ephemeral_);
    case NoiseToken::kSe:
      return initiator ? MixAgreement(*static_, remote_ephemeral_)
                       : MixAgreement(ephemeral_, remote_static_);
    default:
      return Internal("noise: a token that is no key agreement");
  }
}

Status NoiseHandshake::WriteTokens(std::span<const uint8_t> payload, std::vector<uint8_t>& out) {
  for (const NoiseToken token : kPattern[messages_]) {
    if (token == NoiseToken::kE) {
      const DhKey& key = ephemeral_.public_key();
      out.insert(out.end(), key.begin(), key.end());
      symmetric_.MixHash(key);
    } else if (token == NoiseToken::kS) {
      RETURN_IF_ERROR(symmetric_.EncryptAndHash(static_->public_key(), out));
    } else {
      RETURN_IF_ERROR(MixToken(token));
    }
  }
  return symmetric_.EncryptAndHash(payload, out);
}

Status NoiseHandshake::Write(std::span<const uint8_t> payload, std::vector<uint8_t>& out) {
  CHECK(MustWrite());
  if (payload.size() > kNoiseMessageMax - kOverhead[messages_]) {
    return InvalidArgument(MessageName(messages_) + ": payload of " +
                           std::to_string(payload.size()) + " bytes, at most " +
                           std::to_string(kNoiseMessageMax - kOverhead[messages_]));
  }
  const size_t start = out.size();
  Status status = WriteTokens(payload, out);
  if (!status.ok()) {
    out.resize(start);
    dead_ = true;
    return status;
  }
  ++messages_;
  return status;
}

// REQUIRES: message.size() >= kOverhead[messages_].
Status NoiseHandshake::ReadTokens(std::span<const uint8_t> message, std::vector<uint8_t>& payload) {
  for (const NoiseToken token : kPattern[messages_]) {
    if (token == NoiseToken::kE) {
      std::copy_n(message.begin(), remote_ephemeral_.size(), remote_ephemeral_.begin());
      message = message.subspan(remote_ephemeral_.size());
      symmetric_.MixHash(remote_ephemeral_);
    } else if (token == NoiseToken::kS) {
      const size_t size = remote_static_.size() + symmetric_.overhead();
      std::vector<uint8_t> key;
      RETURN_IF_ERROR(symmetric_.DecryptAndHash(message.first(size), key));
      std::copy(key.begin(), key.end(), remote_static_.begin());
      message = message.subspan(size);
    } else {
      RETURN_IF_ERROR(MixToken(token));
    }
  }
  return symmetric_.DecryptAndHash(message, payload);
}

Status NoiseHandshake::CheckTurn(size_t message_size) const {
  if (dead_) return InvalidArgument("noise: a message after the handshake has failed");
  if (messages_ == kMessages) return InvalidArgument("noise: a message after the handshake's end");
  if (MustWrite()) return InvalidArgument("noise: a message when the turn is ours");
  if (message_size < kOverhead[messages_] || message_size > kNoiseMessageMax) {
    return InvalidArgument(MessageName(messages_) + " of " + std::to_string(message_size) +
                           " bytes, allowed " + std::to_string(kOverhead[messages_]) + " to " +
                           std::to_string(kNoiseMessageMax));
  }
  return {};
}

Status NoiseHandshake::Read(std::span<const uint8_t> message, std::vector<uint8_t>& payload) {
  const size_t start = payload.size();
  Status status = CheckTurn(message.size());
  if (status.ok()) status = ReadTokens(message, payload);
  if (!status.ok()) {
    payload.resize(start);
    dead_ = true;
    return status;
  }
  ++messages_;
  return status;
}

NoiseCiphers NoiseHandshake::Split() const {
  CHECK(Finished());
  NoiseCiphers ciphers = symmetric_.Split();
  if (role_ == NoiseRole::kResponder) std::swap(ciphers.send, ciphers.receive);
  return ciphers;
}

}  // namespace core
