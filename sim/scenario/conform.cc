#include "sim/scenario/conform.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "sim/scenario/allowed.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/quantity.h"

namespace sim {
namespace {
using Kind = JsonValue::Kind;

// A drawn fault may list many peers; a longer text is no group algebra any more.
constexpr size_t kPeersTextMax = size_t{4} << 20;
constexpr size_t kTopicKindMax = 32;
constexpr size_t kTopicLabelMax = 255;

// Checks one value by one row. `Refuse` adds a finding and returns false.
class ValueCheck {
 public:
  ValueCheck(JsonValue& value, const KeyRow& row, const std::string& path,
             const ConformContext& context)
      : value_(value), row_(row), path_(path), context_(context) {}

  // NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
  bool Run() {
    switch (row_.kind) {
      case KeyKind::kText:
        return Text();
      case KeyKind::kPeers:
        return (value_.kind == Kind::kText && value_.text.size() <= kPeersTextMax) || Refuse();
      case KeyKind::kName:
        return Text() && (IsName() || Refuse());
      case KeyKind::kFlag:
        value_.number = value_.flag ? 1 : 0;
        return value_.kind == Kind::kFlag || Refuse();
      case KeyKind::kInteger:
        return Integer(value_, path_);
      case KeyKind::kDuration:
      case KeyKind::kSize:
      case KeyKind::kRate:
      case KeyKind::kShare:
      case KeyKind::kDecimal:
        return InUnits(*MeasureOf(row_.kind));
      case KeyKind::kWord:
        return value_.kind == Kind::kText ? Word() : Refuse();
      case KeyKind::kTopic:
        return (value_.kind == Kind::kText && IsTopic()) || Refuse();
      case KeyKind::kTarget:
        return (value_.kind == Kind::kText && IsTarget()) || Refuse();
      case KeyKind::kFile:
        return File();
      case KeyKind::kBound:
        return value_.kind == Kind::kText || value_.kind == Kind::kInteger || Refuse();
      case KeyKind::kIntegers:
        return Integers();
      case KeyKind::kGrid:
        return Grid();
      case KeyKind::kObject:
        return Object();
      case KeyKind::kOptions:
        return value_.kind == Kind::kObject || Refuse();
    }
    return false;
  }

 private:
  bool Refuse() { return Refuse(DescribeValue(value_)); }

  bool Refuse(std::string found, std::string nearest = "") {
    return Refuse(std::move(found), AllowedItem(row_), std::move(nearest));
  }

  bool Refuse(std::string found, std::string allowed, std::string nearest) {
    context_.findings.Add(
        {value_.at, path_, std::move(found), std::move(allowed), std::move(nearest)});
    return false;
  }

  bool Text() {
    if (value_.kind != Kind::kText) return Refuse();
    const auto size = static_cast<int64_t>(value_.text.size());
    if (size >= row_.low && size <= row_.high) return true;
    return Refuse(absl::StrCat("a text of ", size, " bytes"));
  }

  [[nodiscard]] bool IsName() const {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return is_letter(value_.text[0]) &&
           std::all_of(value_.text.begin(), value_.text.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
  }

  [[nodiscard]] bool IsTopic() const {
    const size_t slash = value_.text.find('/');
    const size_t kind = slash == std::string::npos ? 1 : slash;
    const size_t label =
        slash == std::string::npos ? value_.text.size() : value_.text.size() - slash - 1;
    return kind >= 1 && kind <= kTopicKindMax && label >= 1 && label <= kTopicLabelMax;
  }

  [[nodiscard]] bool IsTarget() const {
    constexpr std::string_view kHex = "0123456789abcdef";
    if (value_.text == "random") return true;
    return value_.text.size() == 64 && value_.text.find_first_not_of(kHex) == std::string::npos;
  }

  bool Integer(JsonValue& item, const std::string& path) {
    const auto number =
        item.kind == Kind::kInteger ? ParseDecimal(item.text, 1, /*truncate=*/false) : std::nullopt;
    if (!number.has_value() || *number < row_.low || *number > row_.high) {
      context_.findings.Add({item.at, path, DescribeValue(item), AllowedNumber(row_), ""});
      return false;
    }
    item.number = *number;
    return true;
  }

  bool InUnits(Measure measure) {
    if (value_.kind != Kind::kText) return Refuse();
    const Quantity quantity = ParseQuantity(value_.text, measure);
    const std::string found = Quoted(value_.text);
    switch (quantity.problem) {
      case Quantity::Problem::kNone:
        value_.number = quantity.value;
        return (quantity.value >= row_.low && quantity.value <= row_.high) || Refuse();
      case Quantity::Problem::kNoNumber:
        return Refuse();
      case Quantity::Problem::kNoUnit:
        return Refuse(found + " without a unit");
      case Quantity::Problem::kUnknownUnit:
        return UnknownUnit(quantity.unit, measure);
      case Quantity::Problem::kTooFine:
        return Refuse(found + ", finer than " + FormatQuantity(1, measure));
      case Quantity::Problem::kTooBig:
        return Refuse();
    }
    return false;
  }

  bool UnknownUnit(std::string_view unit, Measure measure) {
    if (measure == Measure::kDecimal) return Refuse();
    const std::vector<std::string_view> names = UnitNames(measure);
    return Refuse(absl::StrCat("the unit ", Quoted(unit), " in ", Quoted(value_.text)),
                  "the unit " + QuotedList(names), Nearest(unit, names));
  }

  bool Word() {
    for (size_t i = 0; i < row_.words.size(); ++i) {
      if (row_.words[i].word != value_.text) continue;
      value_.number = static_cast<int64_t>(i);
      return true;
    }
    return Refuse(Quoted(value_.text), Nearest(value_.text, WordsOf(row_.words)));
  }

  bool File() {
    if (value_.kind != Kind::kText || value_.text.empty() || value_.text.size() > 1'000 ||
        value_.text.find('\0') != std::string::npos) {
      return Refuse();
    }
    value_.text = ResolvePath(context_.folders[value_.at.source], value_.text);
    return true;
  }

  bool CountFits(const JsonValue& list) {
    const auto count = static_cast<int64_t>(list.items.size());
    if (count >= row_.count_low && count <= row_.count_high) return true;
    return Refuse(absl::StrCat("a list of ", count));
  }

  bool Integers() {
    if (value_.kind != Kind::kList) return Refuse();
    if (!CountFits(value_)) return false;
    return IntegersOf(value_, path_);
  }

  bool IntegersOf(JsonValue& list, const std::string& path) {
    bool good = true;
    for (size_t i = 0; i < list.items.size(); ++i) {
      good = Integer(list.items[i], Join(path, i)) && good;
    }
    return good;
  }

  bool Grid() {
    if (value_.kind != Kind::kList) return Refuse();
    if (!CountFits(value_)) return false;
    bool good = true;
    for (size_t i = 0; i < value_.items.size(); ++i) {
      const std::string path = Join(path_, i);
      good = GridRow(value_.items[i], path) && good;
    }
    return good;
  }

  bool GridRow(JsonValue& line, const std::string& path) {
    const size_t side = value_.items.size();
    if (line.kind == Kind::kList && line.items.size() == side) return IntegersOf(line, path);
    const std::string found = line.kind == Kind::kList
                                  ? absl::StrCat("a row of ", line.items.size())
                                  : DescribeValue(line);
    context_.findings.Add({line.at, path, found,
                           absl::StrCat("a row of ", side, ", because there are as many rows"),
                           ""});
    return false;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
  bool Object() {
    if (value_.kind == Kind::kText && !row_.words.empty()) return Word();
    if (value_.kind != Kind::kObject) return Refuse();
    Conform(value_, *row_.table, path_, context_);
    return true;
  }

  JsonValue& value_;
  const KeyRow& row_;
  const std::string& path_;
  const ConformContext& context_;
};

// The rows that apply to one object, and whether a key that is in none of them is unknown.
struct Rows {
  std::vector<const KeyRow*> rows;
  bool complete = true;
};

Rows RowsFor(JsonValue& value, const KeyTable& table, const std::string& path,
             const ConformContext& context) {
  Rows rows;
  for (const KeyRow& row : table.rows) rows.rows.push_back(&row);
  if (table.selector.empty()) return rows;
  rows.complete = false;
  std::vector<KeyWord> words;
  for (const KeyCase& one : table.cases) words.push_back(one.word);
  const KeyRow selector = {.key = table.selector, .kind = KeyKind::kWord, .words = words};
  JsonValue* chosen = value.Find(table.selector);
  if (chosen == nullptr) {
    context.findings.Add({value.at, path, "no " + Quoted(table.selector),
                          Quoted(table.selector) + " as " + AllowedBy(selector), ""});
    return rows;
  }
  ConformKey(*chosen, selector, Join(path, table.selector), context);
  if (!chosen->good) return rows;
  for (const KeyRow& row : table.cases[static_cast<size_t>(chosen->number)].rows) {
    rows.rows.push_back(&row);
  }
  rows.complete = true;
  return rows;
}

void RefuseKey(const JsonKey& key, const Rows& rows, const KeyTable& table, const std::string& path,
               const ConformContext& context) {
  std::vector<std::string_view> known;
  if (!table.selector.empty()) known.push_back(table.selector);
  for (const KeyRow* row : rows.rows) known.push_back(row->key);
  context.findings.Add({key.at, Join(path, key.name), "the unknown key " + Quoted(key.name),
                        QuotedList(known), Nearest(key.name, known)});
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
void Conform(JsonValue& value, const KeyTable& table, const std::string& path,
             const ConformContext& context) {
  const Rows rows = RowsFor(value, table, path, context);
  for (size_t i = 0; i < value.keys.size(); ++i) {
    if (!table.selector.empty() && value.keys[i].name == table.selector) continue;
    const auto row = std::find_if(rows.rows.begin(), rows.rows.end(), [&](const KeyRow* candidate) {
      return candidate->key == value.keys[i].name;
    });
    if (row != rows.rows.end()) {
      ConformKey(value.items[i], **row, Join(path, value.keys[i].name), context);
    } else if (rows.complete) {
      RefuseKey(value.keys[i], rows, table, path, context);
    }
  }
  for (const KeyRow* row : rows.rows) {
    if (!row->required || value.Find(row->key) != nullptr) continue;
    context.findings.Add({value.at, path, "no " + Quoted(row->key),
                          Quoted(row->key) + " as " + AllowedBy(*row), ""});
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
void ConformKey(JsonValue& value, const KeyRow& row, const std::string& path,
                const ConformContext& context) {
  if (!row.list) {
    value.good = ValueCheck(value, row, path, context).Run();
    return;
  }
  if (value.kind != Kind::kList) {
    context.findings.Add({value.at, path, DescribeValue(value), AllowedBy(row), ""});
    return;
  }
  const auto count = static_cast<int64_t>(value.items.size());
  value.good = count >= row.count_low && count <= row.count_high;
  if (!value.good) {
    context.findings.Add({value.at, path, absl::StrCat("a list of ", count), AllowedBy(row), ""});
  }
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string item_path = Join(path, i);
    value.items[i].good = ValueCheck(value.items[i], row, item_path, context).Run();
  }
}

std::string Join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::string Join(const std::string& path, size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

}  // namespace sim
