// JSON, with // and /* */ comments where they are allowed, as a tree that knows where everything stands. The grammar is
// nlohmann's; positions, duplicate keys and limits are checked here.
//
// Invariants: (1) a key stands once in its object; (2) at most kTreeDepthMax levels and kTreeValuesMax
// values; (3) the first mistake ends the reading, because what follows cannot be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace node {

inline constexpr size_t kTreeDepthMax = 8;
inline constexpr size_t kTreeValuesMax = 100'000;

// From 1; columns in bytes.
struct TextPosition {
  uint32_t line = 1;
  uint32_t column = 1;

  friend auto operator<=>(const TextPosition&, const TextPosition&) = default;
};

struct JsonNode {
  enum class Kind : uint8_t { kNull, kFlag, kInteger, kFraction, kText, kList, kObject };

  struct Key {
    std::string name;
    TextPosition at;
  };

  Kind kind = Kind::kNull;
  TextPosition at;
  bool flag = false;
  int64_t number = 0;           // kInteger; larger ones are kFraction.
  std::string text;             // kText; numbers as spelled.
  std::vector<Key> keys;        // kObject: the i-th key belongs to the i-th item.
  std::vector<JsonNode> items;  // kObject and kList.
};

// For messages: `the integer 5`, `"abc"`, `a list`.
[[nodiscard]] std::string DescribeNode(const JsonNode& node);

// `pointer` and one more step, as a JSON pointer (RFC 6901) of printable ASCII.
[[nodiscard]] std::string JoinPointer(const std::string& pointer, std::string_view key);

// What is wrong, at one place.
struct Mistake {
  TextPosition at;
  std::string pointer;  // JSON pointer; empty: the whole file.
  std::string text;     // "found ..., allowed ...".
};

// Files may have them, protocols not.
enum class JsonComments : uint8_t { kAllowed, kRefused };

// False, with a mistake, when the text is not such JSON.
[[nodiscard]] bool ReadJsonTree(std::string_view text, JsonNode& tree, Mistake& mistake,
                                JsonComments comments = JsonComments::kAllowed);

}  // namespace node
