// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sim {

// Length of the valid sequence at the start of text; 0: none. REQUIRES: text is not empty.
[[nodiscard]] size_t Utf8Length(std::string_view text);

[[nodiscard]] bool IsUtf8(std::string_view text);

// REQUIRES: point is a Unicode scalar value.
void AppendUtf8(uint32_t point, std::string& out);

}  // namespace sim
