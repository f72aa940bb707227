// Why a frame was refused. Kinds are what protocol code acts on (their values equal those of
// core::GarbledReason); the text is a literal for people: what field, what is wrong or what is
// allowed. No allocation.
#pragma once

#include <cstdint>

namespace core {

struct DecodeError {
  enum Kind : uint8_t {
    kNone = 0,
    kMalformed = 1,
    kTooLarge = 2,
    kUnknownType = 3,
    kWrongNetwork = 4,
    kWrongVersion = 5
  };

  Kind kind = kNone;
  const char* text = "";  // A literal.

  [[nodiscard]] constexpr bool ok() const { return kind == kNone; }

  friend constexpr bool operator==(const DecodeError& error, Kind wanted) {
    return error.kind == wanted;
  }
};

}  // namespace core
