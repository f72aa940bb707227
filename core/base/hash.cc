#include "core/base/hash.h"

#include <bit>
#include <cstdio>

#include "core/base/words.h"

namespace core {
namespace {

uint64_t LoadLittle(const uint8_t* bytes) {
  return LoadWord<std::endian::little>(bytes);
}

uint64_t LoadLittleTail(std::span<const uint8_t> bytes) {
  uint64_t word = 0;
  for (size_t i = bytes.size(); i > 0; --i) word = word << 8 | bytes[i - 1];
  return word;
}

// Folds the 128-bit product: every bit of both factors reaches the result.
uint64_t FoldMultiply(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

uint64_t HashBytes(std::span<const uint8_t> bytes, uint64_t seed) {
  uint64_t state = seed ^ (bytes.size() * 0x9e3779b97f4a7c15ull);
  size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    state = FoldMultiply(LoadLittle(&bytes[at]) ^ 0xa0761d6478bd642full,
                         LoadLittle(&bytes[at + 8]) ^ state);
  }
  if (at + 8 <= bytes.size()) {
    state =
        FoldMultiply(LoadLittle(&bytes[at]) ^ 0xe7037ed1a0b428dbull, state ^ 0x8ebc6af09c88c6e3ull);
    at += 8;
  }
  return Mix64(state ^ LoadLittleTail(bytes.subspan(at)));
}

std::string ToHex(const Fingerprint& fingerprint) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx",
                static_cast<unsigned long long>(fingerprint.high),  // NOLINT(google-runtime-int)
                static_cast<unsigned long long>(fingerprint.low));  // NOLINT(google-runtime-int)
  return text.data();
}

void Hasher::Add(const Key256& key) {
  for (int i = 0; i < 4; ++i) AddWord(WordOf(key, i));
}

void Hasher::Add(std::span<const uint8_t> bytes) {
  AddWord(bytes.size());
  AddWord(HashBytes(bytes));
}

void Hasher::Add(std::string_view text) {
  Add(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

}  // namespace core
