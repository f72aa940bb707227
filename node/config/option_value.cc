#include "node/config/option_value.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

#include "node/base/visible_text.h"
#include "node/config/quantity.h"

namespace node {
namespace {

constexpr size_t kWordMax = 64;

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string InUnits(const OptionRow& row, std::string_view noun, std::string_view example,
                    std::span<const QuantityUnit> units) {
  return absl::StrCat("a ", std::string(noun), " from ", FormatQuantity(row.low, units), " to ",
                      FormatQuantity(row.high, units), " such as \"", std::string(example), "\"");
}

std::string ListOf(const OptionRow& row, std::string_view element) {
  return absl::StrCat("a list of ", row.low, " to ", row.high, " ", std::string(element));
}

class Conversion {
 public:
  Conversion(const JsonNode& node, const OptionRow& row, const std::string& pointer,
             OptionValue& value, Mistake& mistake)
      : node_(node), row_(row), pointer_(pointer), value_(value), mistake_(mistake) {}

  bool Run() {
    switch (row_.kind) {
      case OptionKind::kText:
      case OptionKind::kPath:
        return Text();
      case OptionKind::kKey:
        return Key();
      case OptionKind::kFlag:
        value_.number = node_.flag ? 1 : 0;
        return node_.kind == JsonNode::Kind::kFlag || Refuse(DescribeNode(node_));
      case OptionKind::kInteger:
        return Integer();
      case OptionKind::kDuration:
        return Quantity(DurationUnits());
      case OptionKind::kSize:
        return Quantity(SizeUnits());
      case OptionKind::kWord:
        return Word();
      case OptionKind::kListen:
        return Listen();
      case OptionKind::kListens:
        return List([&](const JsonNode& item, const std::string& pointer) {
          return Parsed(ParseEndpoint(item.text, PortRule::kListening), item, pointer,
                        value_.endpoints);
        });
      case OptionKind::kAddresses:
        return List([&](const JsonNode& item, const std::string& pointer) {
          return Parsed(ParseAddress(item.text), item, pointer, value_.addresses);
        });
      case OptionKind::kSeeds:
        return List([&](const JsonNode& item, const std::string& pointer) {
          return Parsed(ParseSeed(item.text), item, pointer, value_.seeds);
        });
    }
    return false;
  }

 private:
  bool Mark(TextPosition at, const std::string& pointer, std::string text) {
    mistake_ = {at, pointer, std::move(text)};
    return false;
  }

  bool Refuse(const std::string& found) {
    return Mark(node_.at, pointer_, FoundText(found, AllowedBy(row_)));
  }

  bool Text() {
    if (node_.kind != JsonNode::Kind::kText) return Refuse(DescribeNode(node_));
    const auto size = static_cast<int64_t>(node_.text.size());
    if (size < row_.low || size > row_.high) {
      return Refuse(absl::StrCat("a text of ", size, " bytes"));
    }
    const bool has_zero = node_.text.find('\0') != std::string::npos;
    if (row_.kind == OptionKind::kPath && has_zero) return Refuse(Quoted(node_.text));
    value_.text = node_.text;
    return true;
  }

  bool Key() {
    if (node_.kind != JsonNode::Kind::kText) return Refuse(DescribeNode(node_));
    value_.text = node_.text;
    return value_.text.empty() || ParseKey(value_.text).has_value() || Refuse(Quoted(node_.text));
  }

  bool Integer() {
    if (node_.kind != JsonNode::Kind::kInteger || node_.number < row_.low ||
        node_.number > row_.high) {
      return Refuse(DescribeNode(node_));
    }
    value_.number = node_.number;
    return true;
  }

  bool Quantity(std::span<const QuantityUnit> units) {
    if (node_.kind != JsonNode::Kind::kText) return Refuse(DescribeNode(node_));
    const auto number = ParseQuantity(node_.text, units);
    if (number.has_value()) {
      value_.number = *number;
      return (*number >= row_.low && *number <= row_.high) || Refuse(Quoted(node_.text));
    }
    const size_t unit = node_.text.find_first_not_of("0123456789.");
    const bool bare = !node_.text.empty() && unit == std::string::npos;
    return Refuse(Quoted(node_.text) + (bare ? " without a unit" : ""));
  }

  bool Word() {
    if (node_.kind != JsonNode::Kind::kText) return Refuse(DescribeNode(node_));
    const auto found = std::find(row_.words.begin(), row_.words.end(), node_.text);
    if (found == row_.words.end()) {
      return Mark(node_.at, pointer_,
                  FoundText(Quoted(node_.text), AllowedBy(row_), node_.text, row_.words));
    }
    value_.number = found - row_.words.begin();
    return true;
  }

  bool Listen() {
    if (node_.kind != JsonNode::Kind::kText) return Refuse(DescribeNode(node_));
    if (node_.text.empty()) return true;
    return Parsed(ParseEndpoint(node_.text, PortRule::kListening), node_, pointer_,
                  value_.endpoints);
  }

  template <typename T>
  bool Parsed(const core::StatusOr<T>& parsed, const JsonNode& item, const std::string& pointer,
              std::vector<T>& into) {
    if (!parsed.ok()) return Mark(item.at, pointer, std::string(core::MessageOf(parsed.status())));
    if (std::find(into.begin(), into.end(), *parsed) != into.end()) {
      return Mark(item.at, pointer, FoundText(Quoted(item.text) + " twice", "each address once"));
    }
    into.push_back(*parsed);
    return true;
  }

  template <typename Element>
  bool List(Element element) {
    if (node_.kind != JsonNode::Kind::kList) return Refuse(DescribeNode(node_));
    const auto count = static_cast<int64_t>(node_.items.size());
    if (count < row_.low || count > row_.high) return Refuse(absl::StrCat("a list of ", count));
    for (size_t i = 0; i < node_.items.size(); ++i) {
      const JsonNode& item = node_.items[i];
      const std::string pointer = JoinPointer(pointer_, std::to_string(i));
      if (item.kind != JsonNode::Kind::kText) {
        return Mark(item.at, pointer, FoundText(DescribeNode(item), "an address in quotes"));
      }
      if (!element(item, pointer)) return false;
    }
    return true;
  }

  const JsonNode& node_;
  const OptionRow& row_;
  const std::string& pointer_;
  OptionValue& value_;
  Mistake& mistake_;
};

}  // namespace

std::string AllowedBy(const OptionRow& row) {
  switch (row.kind) {
    case OptionKind::kText:
      return absl::StrCat("a text of ", row.low, " to ", row.high, " bytes");
    case OptionKind::kPath:
      return absl::StrCat("a path of ", row.low, " to ", row.high, " bytes");
    case OptionKind::kKey:
      return "\"\" or 64 hexadecimal digits in lower case";
    case OptionKind::kFlag:
      return "true or false";
    case OptionKind::kInteger:
      return absl::StrCat("an integer from ", row.low, " to ", row.high);
    case OptionKind::kDuration:
      return InUnits(row, "duration", "250ms", DurationUnits());
    case OptionKind::kSize:
      return InUnits(row, "size", "4KiB", SizeUnits());
    case OptionKind::kWord:
      return QuotedList(row.words);
    case OptionKind::kListen:
      return "\"\" or an address such as \"127.0.0.1:7421\"";
    case OptionKind::kListens:
      return ListOf(row, "addresses such as \"0.0.0.0:7420\" or \"[::]:7420\"");
    case OptionKind::kAddresses:
      return ListOf(row, "addresses such as \"node.example:7420\"");
    case OptionKind::kSeeds:
      return ListOf(row, "seeds such as \"node.example:7420\" or \"NODE-ID@node.example:7420\"");
  }
  return "";
}

std::string Nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  size_t best_distance = word.size() / 3 + 2;
  for (const std::string_view candidate : known) {
    if (word.size() > kWordMax || candidate.size() > kWordMax) continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

std::string FoundText(const std::string& found, const std::string& allowed, std::string_view word,
                      std::span<const std::string_view> known) {
  std::string text = "found " + found + ", allowed " + allowed;
  const std::string nearest = Nearest(word, known);
  if (!nearest.empty()) text += ", did you mean " + Quoted(nearest) + "?";
  return text;
}

bool ConvertOption(const JsonNode& node, const OptionRow& row, const std::string& pointer,
                   OptionValue& value, Mistake& mistake) {
  return Conversion(node, row, pointer, value, mistake).Run();
}

}  // namespace node
