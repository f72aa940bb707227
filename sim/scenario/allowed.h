// Words for what a key's value may be, shared by error messages and the generated reference.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/key_table.h"
#include "sim/scenario/quantity.h"

namespace sim {

// The measure of a kind that is written with a unit (or, for kDecimal, as a decimal).
[[nodiscard]] std::optional<Measure> MeasureOf(KeyKind kind);

// The other way round.
[[nodiscard]] KeyKind KindOf(Measure measure);

// What a key's value may be: `a duration from 1ms to 365d such as "250ms"`.
[[nodiscard]] std::string AllowedBy(const KeyRow& row);

// The same for one element of a list of that kind, and for one number of kIntegers and kGrid.
[[nodiscard]] std::string AllowedItem(const KeyRow& row);
[[nodiscard]] std::string AllowedNumber(const KeyRow& row);

[[nodiscard]] std::vector<std::string_view> UnitNames(Measure measure);
[[nodiscard]] std::vector<std::string_view> WordsOf(std::span<const KeyWord> words);

}  // namespace sim
