#include "sim/scenario/quantity.h"

#include <array>
#include <limits>

namespace sim {
namespace {

constexpr std::array<QuantityUnit, 6> kDurations{{{"us", 1},
                                                  {"ms", 1'000},
                                                  {"s", 1'000'000},
                                                  {"min", 60'000'000},
                                                  {"h", 3'600'000'000},
                                                  {"d", 86'400'000'000}}};
constexpr std::array<QuantityUnit, 4> kSizes{
    {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};
constexpr std::array<QuantityUnit, 4> kRates{
    {{"bit/s", 1}, {"kbit/s", 1'000}, {"Mbit/s", 1'000'000}, {"Gbit/s", 1'000'000'000}}};
constexpr std::array<QuantityUnit, 2> kShares{{{"ppm", 1}, {"%", 10'000}}};
constexpr std::array<QuantityUnit, 1> kDecimals{{{"", 1'000'000}}};

// More digits than any bound has; longer numbers are too big or too fine.
constexpr size_t kDigitsMax = 18;

struct Digits {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;  // Without trailing zeros.
  std::string_view rest;
  bool valid = false;
};

size_t CountDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

Digits Split(std::string_view text) {
  Digits digits;
  digits.negative = text.starts_with('-');
  if (digits.negative) text.remove_prefix(1);
  const size_t whole = CountDigits(text);
  digits.whole = text.substr(0, whole);
  text.remove_prefix(whole);
  digits.valid = whole > 0;
  if (text.starts_with('.')) {
    const size_t fraction = CountDigits(text.substr(1));
    digits.fraction = text.substr(1, fraction);
    digits.valid = digits.valid && fraction > 0;
    text.remove_prefix(1 + fraction);
  }
  while (digits.fraction.ends_with('0')) digits.fraction.remove_suffix(1);
  while (digits.whole.size() > 1 && digits.whole.starts_with('0')) digits.whole.remove_prefix(1);
  digits.rest = text;
  return digits;
}

int64_t ToInteger(std::string_view digits) {
  int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// REQUIRES: digits.valid, factor > 0.
Quantity Scale(const Digits& digits, int64_t factor, bool truncate) {
  using Wide = __int128;
  if (digits.whole.size() > kDigitsMax) return {Quantity::Problem::kTooBig, 0, {}};
  std::string_view fraction = digits.fraction;
  if (fraction.size() > kDigitsMax) {
    if (!truncate) return {Quantity::Problem::kTooFine, 0, {}};
    fraction = fraction.substr(0, kDigitsMax);
  }
  Wide ten_power = 1;
  for (size_t i = 0; i < fraction.size(); ++i) ten_power *= 10;
  const Wide part = Wide{ToInteger(fraction)} * factor;
  if (part % ten_power != 0 && !truncate) return {Quantity::Problem::kTooFine, 0, {}};
  const Wide value = Wide{ToInteger(digits.whole)} * factor + part / ten_power;
  if (value > std::numeric_limits<int64_t>::max()) return {Quantity::Problem::kTooBig, 0, {}};
  const auto narrow = static_cast<int64_t>(value);
  return {Quantity::Problem::kNone, digits.negative ? -narrow : narrow, {}};
}

std::string FormatMillionths(int64_t value, int64_t one) {
  std::string text = std::to_string(value / one);
  int64_t rest = value % one;
  if (rest == 0) return text;
  text += '.';
  for (int64_t place = one / 10; rest != 0; place /= 10) {
    text += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return text;
}

}  // namespace

std::span<const QuantityUnit> UnitsOf(Measure measure) {
  switch (measure) {
    case Measure::kDuration:
      return kDurations;
    case Measure::kSize:
      return kSizes;
    case Measure::kRate:
      return kRates;
    case Measure::kShare:
      return kShares;
    case Measure::kDecimal:
      return kDecimals;
  }
  return {};
}

Quantity ParseQuantity(std::string_view text, Measure measure) {
  const Digits digits = Split(text);
  if (!digits.valid) return {Quantity::Problem::kNoNumber, 0, {}};
  if (digits.rest.empty() && measure != Measure::kDecimal) {
    return {Quantity::Problem::kNoUnit, 0, {}};
  }
  for (const QuantityUnit& unit : UnitsOf(measure)) {
    if (digits.rest != unit.name) continue;
    Quantity quantity = Scale(digits, unit.factor, /*truncate=*/false);
    quantity.unit = digits.rest;
    return quantity;
  }
  return {Quantity::Problem::kUnknownUnit, 0, digits.rest};
}

std::optional<int64_t> ParseDecimal(std::string_view text, int64_t factor, bool truncate) {
  const Digits digits = Split(text);
  if (!digits.valid || !digits.rest.empty()) return std::nullopt;
  const Quantity quantity = Scale(digits, factor, truncate);
  if (quantity.problem != Quantity::Problem::kNone) return std::nullopt;
  return quantity.value;
}

std::string FormatQuantity(int64_t value, Measure measure) {
  if (value < 0) return "-" + FormatQuantity(-value, measure);  // NOLINT(misc-no-recursion): once.
  if (measure == Measure::kShare) return FormatMillionths(value, 10'000) + "%";
  if (measure == Measure::kDecimal) return FormatMillionths(value, 1'000'000);
  const std::span<const QuantityUnit> units = UnitsOf(measure);
  size_t best = 0;
  for (size_t i = 0; i < units.size() && value != 0; ++i) {
    if (value % units[i].factor == 0) best = i;
  }
  return std::to_string(value / units[best].factor) + std::string(units[best].name);
}

}  // namespace sim
