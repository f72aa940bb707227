#include "core/crypto/aead.h"

#include <algorithm>
#include <climits>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/secret_bytes.h"

namespace core {
namespace {

static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == kAeadTagBytes);
static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES == kAeadKeyBytes);
static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == kAeadNonceBytes);

// EVP's names for its last argument.
enum class Direction : int { kOpen = 0, kSeal = 1 };

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // Wipes it.
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// No configuration of the machine has a say in it: none is read, and the library context is ours.
// Null when there was no memory.
const EVP_CIPHER* FetchCipher() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  return EVP_CIPHER_fetch(OSSL_LIB_CTX_new(), "ChaCha20-Poly1305", nullptr);
}

// Lives for ever.
const EVP_CIPHER* BulkCipher() {
  static const EVP_CIPHER* const kCipher = FetchCipher();
  return kCipher;
}

bool IsBulk(size_t size) {
  return size >= kBulkBytes && size <= INT_MAX;
}

// Null: no memory. A context for each message costs 0.2 us, and nothing between messages.
Context Start(Direction direction, const AeadKey& with) {
  const EVP_CIPHER* cipher = BulkCipher();
  Context context(cipher != nullptr ? EVP_CIPHER_CTX_new() : nullptr);
  if (context != nullptr &&
      EVP_CipherInit_ex2(context.get(), cipher, with.key.data(), with.nonce.data(),
                         static_cast<int>(direction), nullptr) != 1) {
    context = nullptr;
  }
  return context;
}

// Without `out` the input is associated data.
bool Update(const Context& context, std::span<const uint8_t> input, uint8_t* out) {
  int written = 0;
  return input.empty() || EVP_CipherUpdate(context.get(), out, &written, input.data(),
                                           static_cast<int>(input.size())) == 1;
}

// Behind the last byte; the cipher writes nothing more to `end`. When opening, whether it is authentic.
bool Finish(const Context& context, uint8_t* end) {
  int written = 0;
  return EVP_CipherFinal_ex(context.get(), end, &written) == 1;
}

bool OpenBulk(const Context& context, std::span<const uint8_t> data,
              std::span<const uint8_t> sealed, uint8_t* out) {
  const size_t size = sealed.size() - kAeadTagBytes;
  uint8_t tag[kAeadTagBytes];
  std::copy_n(sealed.begin() + static_cast<ptrdiff_t>(size), kAeadTagBytes, tag);
  const bool authentic =
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag) == 1 &&
      Update(context, data, nullptr) && Update(context, sealed.first(size), out) &&
      Finish(context, out + size);
  if (!authentic) Wipe({out, size});
  return authentic;
}

void SealBulk(const Context& context, std::span<const uint8_t> data,
              std::span<const uint8_t> plaintext, uint8_t* out) {
  uint8_t* end = out + plaintext.size();
  const bool sealed =
      Update(context, data, nullptr) && Update(context, plaintext, out) && Finish(context, end) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, end) == 1;
  CHECK(sealed);  // Nothing here allocates or depends on the bytes.
}

}  // namespace

void SealAead(const AeadKey& with, std::span<const uint8_t> data,
              std::span<const uint8_t> plaintext, uint8_t* out) {
  const Context bulk = IsBulk(plaintext.size()) ? Start(Direction::kSeal, with) : nullptr;
  if (bulk != nullptr) return SealBulk(bulk, data, plaintext, out);
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(),
                                            data.data(), data.size(), nullptr, with.nonce.data(),
                                            with.key.data());
}

bool OpenAead(const AeadKey& with, std::span<const uint8_t> data, std::span<const uint8_t> sealed,
              uint8_t* out) {
  const Context bulk = IsBulk(sealed.size()) ? Start(Direction::kOpen, with) : nullptr;
  if (bulk != nullptr) return OpenBulk(bulk, data, sealed, out);
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                   sealed.size(), data.data(), data.size(),
                                                   with.nonce.data(), with.key.data()) == 0;
}

}  // namespace core
