// Base64 (RFC 4648, with padding) for data files inside a capsule.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim {

[[nodiscard]] std::string ToBase64(std::string_view bytes);
// Nothing when the text is not canonical base64.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);

}  // namespace sim
