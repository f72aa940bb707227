// Loads a configuration file: every mistake in one pass, each with file, line, column, JSON pointer, what
// was found and what is allowed.
//
// Invariants: (1) `{}` is a complete configuration; (2) an unknown key is a mistake, never ignored;
// (3) at most kMistakesShown lines of errors; they hold printable ASCII only. Nothing is read but the
// text: the file itself is the caller's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "node/config/node_config.h"

namespace node {

inline constexpr size_t kMistakesShown = 20;
inline constexpr size_t kConfigBytesMax = size_t{1} << 20;

struct ConfigSource {
  std::string name;    // For messages, for example "node.json".
  std::string folder;  // Relative paths start here; empty: the working directory.
};

[[nodiscard]] core::StatusOr<NodeConfig> LoadConfig(std::string_view text,
                                                    const ConfigSource& source);

// "{}" loaded: what a node does that is told nothing.
[[nodiscard]] NodeConfig DefaultConfig(const std::string& folder);

}  // namespace node
