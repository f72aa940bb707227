// What an action does to a tree: a list of edits and conditions, whole or not at all. Its canonical
// bytes are the payload of the log entry, so that the log alone makes the tree again (CO-3).
//
//   kind           | holds when                    | does
//   kInsert        | there is no such key          | adds it
//   kUpdate        | the key is there              | replaces its value
//   kPut           | always                        | adds or replaces
//   kErase         | the key is there              | removes it
//   kExpect        | the key has exactly the value | nothing
//   kExpectAbsent  | there is no such key          | nothing
//
// Each is held against the tree as the edits before it leave it.
// Source: protocol document, 1.5 (Client loop), 1.6.7 (base "reserved by this pool").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/collections/draft.h"

namespace core {

inline constexpr std::string_view kTreeEditsDomain = "vt/edits/1";
inline constexpr size_t kTreeEditsMax = 32;

struct TreeEdit {
  enum class Kind : uint8_t { kInsert = 1, kUpdate, kPut, kErase, kExpect, kExpectAbsent };

  Kind kind = Kind::kPut;
  Bytes key;
  Bytes value{};  // Empty for kErase and kExpectAbsent.

  friend bool operator==(const TreeEdit&, const TreeEdit&) = default;
};

// InvalidArgument when the edits pass a limit.
[[nodiscard]] StatusOr<Bytes> EncodeEdits(std::span<const TreeEdit> edits);
[[nodiscard]] StatusOr<std::vector<TreeEdit>> DecodeEdits(std::span<const uint8_t> bytes);

enum class EditsOutcome : uint8_t { kApplied, kRefused, kTrouble };

// After kRefused and kTrouble the draft holds a part of the edits and is worth nothing.
[[nodiscard]] EditsOutcome ApplyEdits(Draft& draft, std::span<const TreeEdit> edits);

// The two actions touch a key in common, and not only to look at it.
[[nodiscard]] bool Collide(std::span<const TreeEdit> a, std::span<const TreeEdit> b);

}  // namespace core
