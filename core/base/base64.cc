#include "core/base/base64.h"

#include <cstdint>

namespace core {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint32_t ByteAt(std::string_view bytes, size_t index) {
  return index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : 0;
}

size_t PaddingOf(std::string_view four) {
  if (four.ends_with("==")) return 2;
  return four.ends_with('=') ? 1 : 0;
}

// The 24 bits of four characters. Bits that the padding leaves over must be zero, or two texts would mean the same bytes.
std::optional<uint32_t> WordOf(std::string_view four, size_t padding) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4; ++i) {
    const size_t digit = i < 4 - padding ? kAlphabet.find(four[i]) : 0;
    if (digit == std::string_view::npos) return std::nullopt;
    word = word << 6 | static_cast<uint32_t>(digit);
  }
  const uint32_t left_over = (uint32_t{1} << (8 * padding)) - 1;
  return (word & left_over) == 0 ? std::optional(word) : std::nullopt;
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
    const std::string_view four = text.substr(i, 4);
    const size_t padding = i + 4 == text.size() ? PaddingOf(four) : 0;
    const std::optional<uint32_t> word = WordOf(four, padding);
    if (!word.has_value()) return std::nullopt;
    for (size_t j = 0; j < 3 - padding; ++j) {
      bytes += static_cast<char>(static_cast<uint8_t>(*word >> (16 - 8 * j)));
    }
  }
  return bytes;
}

}  // namespace core
