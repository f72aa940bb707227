#include "sim/scenario/allowed.h"

#include "absl/strings/str_cat.h"

#include "sim/scenario/findings.h"

namespace sim {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

std::string_view NameOf(Measure measure) {
  switch (measure) {
    case Measure::kDuration:
      return "duration";
    case Measure::kSize:
      return "size";
    case Measure::kRate:
      return "rate";
    case Measure::kShare:
      return "share";
    case Measure::kDecimal:
      return "decimal number in quotes";
  }
  return "";
}

std::string_view ExampleOf(Measure measure) {
  switch (measure) {
    case Measure::kDuration:
      return "250ms";
    case Measure::kSize:
      return "4KiB";
    case Measure::kRate:
      return "20Mbit/s";
    case Measure::kShare:
      return "0.2%";
    case Measure::kDecimal:
      return "1.5";
  }
  return "";
}

std::string Limits(const std::string& low, const std::string& high, int64_t high_value) {
  if (high_value == kUnlimited) return absl::StrCat(" of at least ", low);
  return absl::StrCat(" from ", low, " to ", high);
}

std::string InUnits(const KeyRow& row, Measure measure) {
  return absl::StrCat(
      "a ", std::string(NameOf(measure)),
      Limits(FormatQuantity(row.low, measure), FormatQuantity(row.high, measure), row.high),
      " such as \"", std::string(ExampleOf(measure)), "\"");
}

std::string IntegerLimits(const KeyRow& row) {
  if (row.low == row.high) return absl::StrCat(" of ", row.low);
  return Limits(std::to_string(row.low), std::to_string(row.high), row.high);
}

std::string TextLimits(const KeyRow& row) {
  return row.high == kUnlimited ? "a text"
                                : absl::StrCat("a text of ", row.low, " to ", row.high, " bytes");
}

std::string ListLimits(const KeyRow& row) {
  if (row.count_low == row.count_high) return absl::StrCat("a list of ", row.count_low);
  return absl::StrCat("a list of ", row.count_low, " to ", row.count_high);
}

std::string OneAllowed(const KeyRow& row) {
  if (const auto measure = MeasureOf(row.kind)) return InUnits(row, *measure);
  switch (row.kind) {
    case KeyKind::kName:
      return absl::StrCat("a name of ", row.low, " to ", row.high,
                          " letters, digits and underscores that begins with a letter");
    case KeyKind::kFlag:
      return "true or false";
    case KeyKind::kInteger:
      return AllowedNumber(row);
    case KeyKind::kWord:
      return QuotedList(WordsOf(row.words));
    case KeyKind::kTopic:
      return "a topic such as \"label\" or \"kind/label\" (kind up to 32 bytes, label up to 255)";
    case KeyKind::kPeers:
      return "peers such as \"crowd\", \"crowd[10%] + seekers\" or \"peers[0..5]\"";
    case KeyKind::kTarget:
      return "\"random\" or 64 hexadecimal digits in lower case";
    case KeyKind::kFile:
      return "the path of a file";
    case KeyKind::kBound:
      return "a number in the unit of the metric";
    case KeyKind::kIntegers:
      return absl::StrCat(ListLimits(row), " integers", IntegerLimits(row));
    case KeyKind::kGrid:
      return absl::StrCat(ListLimits(row), " rows of as many integers", IntegerLimits(row));
    case KeyKind::kObject:
      return row.words.empty() ? "an object" : QuotedList(WordsOf(row.words)) + " or an object";
    case KeyKind::kOptions:
      return "an object";
    default:
      return TextLimits(row);
  }
}

}  // namespace

std::string AllowedItem(const KeyRow& row) {
  return OneAllowed(row);
}

std::string AllowedNumber(const KeyRow& row) {
  return "an integer" + IntegerLimits(row);
}

std::optional<Measure> MeasureOf(KeyKind kind) {
  switch (kind) {
    case KeyKind::kDuration:
      return Measure::kDuration;
    case KeyKind::kSize:
      return Measure::kSize;
    case KeyKind::kRate:
      return Measure::kRate;
    case KeyKind::kShare:
      return Measure::kShare;
    case KeyKind::kDecimal:
      return Measure::kDecimal;
    default:
      return std::nullopt;
  }
}

KeyKind KindOf(Measure measure) {
  switch (measure) {
    case Measure::kDuration:
      return KeyKind::kDuration;
    case Measure::kSize:
      return KeyKind::kSize;
    case Measure::kRate:
      return KeyKind::kRate;
    case Measure::kShare:
      return KeyKind::kShare;
    case Measure::kDecimal:
      return KeyKind::kDecimal;
  }
  return KeyKind::kInteger;
}

std::string AllowedBy(const KeyRow& row) {
  if (!row.list) return OneAllowed(row);
  return absl::StrCat(ListLimits(row), ", each ", OneAllowed(row));
}

std::vector<std::string_view> UnitNames(Measure measure) {
  std::vector<std::string_view> names;
  for (const QuantityUnit& unit : UnitsOf(measure)) names.push_back(unit.name);
  return names;
}

std::vector<std::string_view> WordsOf(std::span<const KeyWord> words) {
  std::vector<std::string_view> names;
  for (const KeyWord& word : words) names.push_back(word.word);
  return names;
}

}  // namespace sim
