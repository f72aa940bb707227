#include "sim/workflow/envelope/ramp.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "absl/strings/str_format.h"

namespace sim {
namespace {

// A double counts them exactly, and so does a step.
constexpr size_t kDigitsMax = 15;

struct Number {
  std::string digits;  // With its sign, without the point.
  int decimals = 0;
  std::string_view unit;
};

std::optional<Number> NumberOf(std::string_view text) {
  Number number;
  size_t at = 0;
  bool point = false;
  if (at < text.size() && text[at] == '-') number.digits += text[at++];
  const size_t sign = at;
  for (; at < text.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    if (!digit && (text[at] != '.' || point)) break;
    point = point || !digit;
    if (digit) number.digits += text[at];
    if (digit && point) ++number.decimals;
  }
  if (number.digits.size() == sign || number.digits.size() > kDigitsMax) return std::nullopt;
  if (text[at - 1] == '.') return std::nullopt;
  number.unit = text.substr(at);
  return number;
}

int64_t Scaled(const Number& number, int decimals) {
  return std::stoll(number.digits +
                    std::string(static_cast<size_t>(decimals - number.decimals), '0'));
}

core::Status Refused(const std::string& from, const std::string& to) {
  return core::InvalidArgument("--from, --to: found \"" + from + "\" and \"" + to +
                               "\", allowed two different numbers of at most 15 digits with the "
                               "same unit, such as 0% and 60%");
}

}  // namespace

uint64_t Ramp::Steps() const {
  return static_cast<uint64_t>(std::abs(last - first));
}

std::string Ramp::ValueAt(uint64_t step) const {
  const auto steps = static_cast<int64_t>(step);
  const int64_t value = last > first ? first + steps : first - steps;
  std::string digits = std::to_string(std::abs(value));
  if (decimals > 0) {
    const auto places = static_cast<size_t>(decimals);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return (value < 0 ? "-" : "") + digits + unit;
}

double Ramp::NumberAt(double step) const {
  return (static_cast<double>(first) + (last > first ? step : -step)) / StepsPerUnit();
}

double Ramp::StepsPerUnit() const {
  return std::pow(10.0, decimals);
}

core::StatusOr<Ramp> ParseRamp(const std::string& from, const std::string& to) {
  const auto a = NumberOf(from);
  const auto b = NumberOf(to);
  if (!a.has_value() || !b.has_value() || a->unit != b->unit) return Refused(from, to);
  Ramp ramp;
  ramp.decimals = std::max(a->decimals, b->decimals);
  const auto too_long = [&](const Number& number) {
    return number.digits.size() + static_cast<size_t>(ramp.decimals - number.decimals) >
           kDigitsMax + 1;
  };
  if (too_long(*a) || too_long(*b)) return Refused(from, to);
  ramp.first = Scaled(*a, ramp.decimals);
  ramp.last = Scaled(*b, ramp.decimals);
  ramp.unit = std::string(a->unit);
  if (ramp.first == ramp.last) return Refused(from, to);
  return ramp;
}

std::optional<double> StepsTo(const Ramp& ramp, const std::string& value) {
  const auto number = NumberOf(value);
  if (!number.has_value() || number->unit != ramp.unit) return std::nullopt;
  const double scaled =
      std::stod(number->digits) * std::pow(10.0, ramp.decimals - number->decimals);
  const double steps = scaled - static_cast<double>(ramp.first);
  return ramp.last > ramp.first ? steps : -steps;
}

}  // namespace sim
