// Base64 (RFC 4648, with padding): bytes in a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace core {

[[nodiscard]] std::string ToBase64(std::string_view bytes);
// Nothing when the text is not canonical base64.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);

}  // namespace core
