#include "sim/observe/base64.h"

#include <cstdint>

namespace sim {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint32_t ByteAt(std::string_view bytes, size_t index) {
  return index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : 0;
}

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t word = ByteAt(bytes, i) << 16 | ByteAt(bytes, i + 1) << 8 | ByteAt(bytes, i + 2);
    text += kAlphabet[word >> 18];
    text += kAlphabet[word >> 12 & 63];
    text += i + 1 < bytes.size() ? kAlphabet[word >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[word & 63] : '=';
  }
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    std::string_view four = text.substr(i, 4);
    const bool last = i + 4 == text.size();
    const size_t padding = !last ? 0 : four.ends_with("==") ? 2 : four.ends_with("=") ? 1 : 0;
    uint32_t word = 0;
    for (size_t j = 0; j < 4; ++j) {
      const size_t digit = j < 4 - padding ? kAlphabet.find(four[j]) : 0;
      if (digit == std::string_view::npos) return std::nullopt;
      word = word << 6 | static_cast<uint32_t>(digit);
    }
    // Bits that the padding leaves over must be zero, or two texts would mean the same bytes.
    if ((padding == 1 && (word & 0xff) != 0) || (padding == 2 && (word & 0xffff) != 0)) {
      return std::nullopt;
    }
    for (size_t j = 0; j < 3 - padding; ++j) {
      bytes += static_cast<char>(static_cast<uint8_t>(word >> (16 - 8 * j)));
    }
  }
  return bytes;
}

}  // namespace sim
