#include "core/crypto/sealed_box.h"

#include <string_view>

#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/blake2b.h"

namespace core {
namespace {

static_assert(kBoxOverheadBytes == 2 + crypto_aead_xchacha20poly1305_ietf_ABYTES);

using Padded = SecretBytes<kSealedBytesMax + 2>;
using BoxKey = SecretBytes<crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

constexpr std::string_view kBoxDomain = "orbweaver box 1";

// Each key seals one box, so its nonce need not differ from another's.
constexpr std::array<uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kBoxNonce{};

BoxKey KeyOfBox(const BoxTerms& terms) {
  BoxKey key;
  Blake2b<32>(kBoxDomain)
      .Add(*terms.ephemeral)
      .Add(*terms.shared)
      .Add(*terms.key)
      .Add(*terms.context)
      .End(key.bytes());
  return key;
}

std::optional<std::vector<uint8_t>> Unpadded(std::span<const uint8_t> padded) {
  const size_t size = static_cast<size_t>(padded[0]) << 8 | padded[1];
  if (size > padded.size() - 2) return {};
  const auto record = padded.subspan(2, size);
  const auto rest = padded.subspan(2 + size);
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t byte) { return byte != 0; })) return {};
  return std::vector<uint8_t>(record.begin(), record.end());
}

}  // namespace

void SealBox(const BoxTerms& terms, std::span<const uint8_t> record, std::span<uint8_t> box) {
  CHECK(record.size() + kBoxOverheadBytes <= box.size() && box.size() <= kBoxBytes);
  Padded padded;
  const auto plain = padded.bytes().first(box.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
  plain[0] = static_cast<uint8_t>(record.size() >> 8);
  plain[1] = static_cast<uint8_t>(record.size());
  std::copy(record.begin(), record.end(), plain.begin() + 2);
  const BoxKey key = KeyOfBox(terms);
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), nullptr, plain.data(), plain.size(),
                                             terms.context->data(), terms.context->size(), nullptr,
                                             kBoxNonce.data(), key.bytes().data());
}

std::optional<std::vector<uint8_t>> OpenBox(const BoxTerms& terms, std::span<const uint8_t> box) {
  CHECK(box.size() >= kBoxOverheadBytes && box.size() <= kBoxBytes);
  Padded padded;
  const auto plain = padded.bytes().first(box.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
  const BoxKey key = KeyOfBox(terms);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.data(), nullptr, nullptr, box.data(), box.size(), terms.context->data(),
          terms.context->size(), kBoxNonce.data(), key.bytes().data()) != 0) {
    return {};
  }
  return Unpadded(plain);
}

}  // namespace core
