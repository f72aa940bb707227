// Where configuration files are, for every program that needs one: orbnode, orbctl.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/status.h"
#include "node/config/node_config.h"

namespace node {

inline constexpr std::string_view kConfigFileName = "node.json";

// Where a node without a configuration lives: $XDG_DATA_HOME/orbnode, ~/.local/share/orbnode or, without a home,
// /var/lib/orbnode. REQUIRES: no other thread changes the environment.
[[nodiscard]] std::filesystem::path DefaultFolder();

// NotFound when the file cannot be read, InvalidArgument with every mistake in it.
[[nodiscard]] core::StatusOr<NodeConfig> LoadConfigFile(const std::filesystem::path& file);

// Of a node that is told nothing: node.json of the default folder when it is there, else the defaults there.
[[nodiscard]] core::StatusOr<NodeConfig> LoadDefaultConfig();

}  // namespace node
