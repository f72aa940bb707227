// Checks a JSON value against its key table and converts it, once.
//
// What fits gets `good` = true and, where the kind has one, `number` (durations in microseconds,
// shares in millionths, words as their index; key_table.h). What does not fit becomes a finding and
// stays not good, so that later stages skip it and say nothing twice.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/findings.h"
#include "sim/scenario/json_value.h"
#include "sim/scenario/key_table.h"

namespace sim {

struct ConformContext {
  Findings& findings;
  // Folder of each source (FilePosition::source) relative to the top file's: paths inside the
  // values are rewritten to be relative to the top file.
  const std::vector<std::string>& folders;
};

void Conform(JsonValue& value, const KeyTable& table, const std::string& path,
             const ConformContext& context);

// The same for the value of one key.
void ConformKey(JsonValue& value, const KeyRow& row, const std::string& path,
                const ConformContext& context);

// `path` and a key or an index as one JSON path.
[[nodiscard]] std::string Join(const std::string& path, std::string_view key);
[[nodiscard]] std::string Join(const std::string& path, size_t index);

}  // namespace sim
