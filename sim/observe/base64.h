// Base64 (RFC 4648, with padding) for data files inside a capsule.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim {

[[nodiscard]] std::string ToBase64(std::string_view bytes);
// Nothing when the text is not canonical base64.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);
// Is it well-formed UTF-8 (no overlong forms, no surrogates)?
[[nodiscard]] bool IsUtf8(std::string_view bytes);

}  // namespace sim
