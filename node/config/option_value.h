// One value of the configuration file against its row: what is allowed, and what was found instead.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "node/config/json_tree.h"
#include "node/config/option_table.h"

namespace node {

// For example `an integer from 1 to 64`.
[[nodiscard]] std::string AllowedBy(const OptionRow& row);

// "found X, allowed Y", with ", did you mean "Z"?" when one of `known` is near to `word`.
[[nodiscard]] std::string FoundText(const std::string& found, const std::string& allowed,
                                    std::string_view word = "",
                                    std::span<const std::string_view> known = {});

// The word at the smallest edit distance, if it is near enough to be meant; otherwise empty.
[[nodiscard]] std::string Nearest(std::string_view word, std::span<const std::string_view> known);

// Converts a value; false with a mistake, whose pointer is below `pointer`, when it does not fit.
[[nodiscard]] bool ConvertOption(const JsonNode& node, const OptionRow& row,
                                 const std::string& pointer, OptionValue& value, Mistake& mistake);

}  // namespace node
