#include "node/storage/checksum.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <sodium/crypto_shorthash.h>

#include "core/base/check.h"
#include "core/codec/big_endian.h"

namespace node {
namespace {

static_assert(crypto_shorthash_BYTES == kChecksumBytes);

// The key says what is hashed: a number and eight letters.
uint64_t Hash(uint64_t number, std::string_view letters, std::span<const uint8_t> bytes) {
  std::array<uint8_t, crypto_shorthash_KEYBYTES> key{};
  core::PutBigEndian<8>(key.data(), number);
  std::copy(letters.begin(), letters.end(), key.begin() + 8);
  std::array<uint8_t, crypto_shorthash_BYTES> out{};
  CHECK(crypto_shorthash(out.data(), bytes.data(), bytes.size(), key.data()) == 0);
  return core::GetBigEndian<8>(out.data());
}

}  // namespace

uint64_t RowChecksum(core::TableId table, std::span<const uint8_t> key,
                     std::span<const uint8_t> value) {
  return Hash(Hash(table.value, "orb.keys", key), "orb.rows", value);
}

uint64_t PageChecksum(uint64_t number, std::span<const uint8_t> content) {
  return Hash(number, "orb.page", content);
}

}  // namespace node
