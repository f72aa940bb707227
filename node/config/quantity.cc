#include "node/config/quantity.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace node {
namespace {

__extension__ using Wide = __int128;

constexpr std::array<QuantityUnit, 6> kDurations{{{"us", 1},
                                                  {"ms", 1'000},
                                                  {"s", 1'000'000},
                                                  {"min", 60'000'000},
                                                  {"h", 3'600'000'000},
                                                  {"d", 86'400'000'000}}};
constexpr std::array<QuantityUnit, 5> kSizes{{{"B", 1},
                                              {"KiB", int64_t{1} << 10},
                                              {"MiB", int64_t{1} << 20},
                                              {"GiB", int64_t{1} << 30},
                                              {"TiB", int64_t{1} << 40}}};
constexpr size_t kDigitsMax = 15;

// Takes the digits at the front; false when there are none or too many.
bool TakeDigits(std::string_view& text, Wide& value, Wide& scale) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
    if (count == kDigitsMax) return false;
    value = value * 10 + (text[count] - '0');
    scale *= 10;
    ++count;
  }
  text.remove_prefix(count);
  return count > 0;
}

}  // namespace

std::span<const QuantityUnit> DurationUnits() {
  return kDurations;
}

std::span<const QuantityUnit> SizeUnits() {
  return kSizes;
}

std::optional<int64_t> ParseQuantity(std::string_view text, std::span<const QuantityUnit> units) {
  Wide value = 0;
  Wide scale = 1;
  if (!TakeDigits(text, value, scale)) return std::nullopt;
  scale = 1;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(text, value, scale)) return std::nullopt;
  }
  for (const QuantityUnit& unit : units) {
    if (text != unit.name) continue;
    const Wide product = value * unit.factor;
    if (product % scale != 0 || product / scale >= Wide{1} << 62) return std::nullopt;
    return static_cast<int64_t>(product / scale);
  }
  return std::nullopt;
}

std::string FormatQuantity(int64_t value, std::span<const QuantityUnit> units) {
  size_t best = 0;
  for (size_t i = 0; i < units.size() && value != 0; ++i) {
    if (value % units[i].factor == 0) best = i;
  }
  return absl::StrCat(value / units[best].factor, std::string(units[best].name));
}

}  // namespace node
