// Reads good members of an object into fields; what is absent or was refused leaves the field as it
// is.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/random.h"
#include "core/base/time.h"
#include "sim/scenario/json_value.h"

namespace sim {

// The member if it is there and good, otherwise nullptr.
[[nodiscard]] inline const JsonValue* Good(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.Find(key);
  return value != nullptr && value->good ? value : nullptr;
}

inline void Read(const JsonValue& object, std::string_view key, core::Duration& field) {
  if (const JsonValue* value = Good(object, key)) field.us = value->number;
}

// A share of messages, in millionths.
inline void Read(const JsonValue& object, std::string_view key, core::Ratio& field) {
  if (const JsonValue* value = Good(object, key)) {
    field = {static_cast<uint64_t>(value->number), 1'000'000};
  }
}

inline void Read(const JsonValue& object, std::string_view key, std::string& field) {
  if (const JsonValue* value = Good(object, key)) field = value->text;
}

// The key's table keeps the number within the field's range.
template <typename T>

requires(std::is_integral_v<T> || std::is_enum_v<T>) void Read(const JsonValue& object,
                                                               std::string_view key, T& field) {
  if (const JsonValue* value = Good(object, key)) field = static_cast<T>(value->number);
}

}  // namespace sim
