// The fields of a log record: a key that is a literal, and a value of a type that may be logged.
//
// What may be logged is decided by type: whole numbers, bool, text, enums by their TextOf, core::Duration
// (seconds), core::Status, core::Key256 (node ids, as hexadecimal). Everything else does not compile, and in
// particular: byte arrays and spans, pointers, floating point, and every type that holds a secret
// (core::SecretKey has no overload; tests/node/log/field_test.cc asserts it). A new loggable type gets a
// LogValueOf(const T&) beside its definition.
// Keys and messages are checked when the program is compiled: a peer's text can be a value, nothing else.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/time.h"

namespace node {

// A literal in lower case, digits and underscores; not one of the fixed keys of a record.
class LogKey {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): written as a literal.
  consteval LogKey(const char* text) : text_(text) {
    if (text_.empty() || text_ == "time" || text_ == "level" || text_ == "message")
      throw "reserved";
    for (const char c : text_) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') throw "not a key";
    }
  }

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A literal of printable ASCII: what happened. What it happened to stands in the fields.
class LogMessage {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): written as a literal.
  consteval LogMessage(const char* text) : text_(text) {
    for (const char c : text_) {
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') throw "not printable";
    }
  }

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

using LogValue = std::variant<int64_t, uint64_t, bool, core::Duration, std::string>;

template <typename T>
requires std::same_as<T, bool>

[[nodiscard]] LogValue LogValueOf(const T& value) {
  return value;
}

template <typename T>

requires(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>)
    [[nodiscard]] LogValue LogValueOf(const T& value) {
  if constexpr (std::is_signed_v<T>) {
    return int64_t{value};
  } else {
    return uint64_t{value};
  }
}

template <typename T>

requires(std::same_as<T, std::string> || std::same_as<T, std::string_view>) [[nodiscard]] LogValue
    LogValueOf(const T& value) {
  return std::string(value);
}

template <size_t kSize>
[[nodiscard]] LogValue LogValueOf(const char (&literal)[kSize]) {
  return std::string(literal);
}

template <typename T>

requires(std::is_enum_v<T>&& requires(T value) {
  { TextOf(value) } -> std::same_as<std::string_view>;
}) [[nodiscard]] LogValue LogValueOf(const T& value) {
  return std::string(TextOf(value));
}

template <typename T>
requires std::same_as<T, core::Duration>

[[nodiscard]] LogValue LogValueOf(const T& value) {
  return value;
}

template <typename T>
requires std::same_as<T, core::Status>

[[nodiscard]] LogValue LogValueOf(const T& value) {
  return value.ok() ? std::string("ok") : std::string(core::MessageOf(value));
}

template <typename T>
requires std::same_as<T, core::Key256>

[[nodiscard]] LogValue LogValueOf(const T& value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : value.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

template <typename T>
concept Loggable = requires(const T& value) {
  { LogValueOf(value) } -> std::same_as<LogValue>;
};

struct LogField {
  template <Loggable T>
  LogField(LogKey field_key, const T& field_value)
      : key(field_key.text()), value(LogValueOf(field_value)) {}

  std::string_view key;
  LogValue value;
};

}  // namespace node
