// The token that a client of the control port must show: 64 hexadecimal digits in a file that only the node's user may read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace node {

inline constexpr size_t kTokenBytes = 64;

// The token of the file; a new one, when there is no file. Errors: a file that others could read, or that holds no token.
[[nodiscard]] core::StatusOr<std::string> TokenFromFile(const std::filesystem::path& path);

// In a time that does not depend on where they differ.
[[nodiscard]] bool SameToken(std::string_view a, std::string_view b);

}  // namespace node
