// JsonValue: a JSON value that knows where it stands, so that every later error can name file, line
// and column.
//
// Numbers keep their spelling: integers are exact and a fraction is recognised as one. Objects keep
// the file's order. `number` and `good` are filled by conform.h, which converts a value once, by
// the key's table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/findings.h"

namespace sim {

struct JsonKey {
  std::string name;
  FilePosition at;
};

struct JsonValue {
  enum class Kind : uint8_t { kNull, kFlag, kInteger, kFraction, kText, kList, kObject };
  Kind kind = Kind::kNull;
  FilePosition at;
  std::string text;              // kText: decoded; numbers: as spelled.
  bool flag = false;             // kFlag.
  bool good = false;             // Fits its key's table.
  int64_t number = 0;            // The value in its key's unit, once good.
  std::vector<JsonKey> keys;     // kObject: the i-th key belongs to the i-th item.
  std::vector<JsonValue> items;  // kObject and kList.

  // The member of this object, or nullptr.
  [[nodiscard]] const JsonValue* Find(std::string_view key) const;
  [[nodiscard]] JsonValue* Find(std::string_view key);
  void Erase(std::string_view key);
};

// For messages: `the integer 5`, `"abc"`, `a list`.
[[nodiscard]] std::string DescribeValue(const JsonValue& value);

// Compact JSON with sorted keys, without comments: the same text for the same content.
[[nodiscard]] std::string CanonicalJson(const JsonValue& value);

}  // namespace sim
