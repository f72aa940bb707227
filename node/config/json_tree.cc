#include "node/config/json_tree.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "node/base/visible_text.h"

namespace node {
namespace {

using Json = nlohmann::json;

TextPosition PositionOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  const auto lines = std::count(before.begin(), before.end(), '\n');
  return {static_cast<uint32_t>(lines + 1), static_cast<uint32_t>(before.size() - line_start + 1)};
}

// Follows the parser through the text: the parser reports tokens in order, this finds where they stand.
// Everything before the next token has passed the parser, so it is well formed.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) next_ = 3;
  }

  // Offset of the next token; passes it.
  size_t Take() {
    SkipFiller();
    const size_t start = next_;
    if (Peek() == '"') {
      PassText();
    } else if (std::string_view("{}[]").find(Peek()) != std::string_view::npos) {
      ++next_;
    } else {
      while (next_ < text_.size() && IsWordByte(text_[next_])) ++next_;
    }
    return start;
  }

 private:
  [[nodiscard]] char Peek() const { return next_ < text_.size() ? text_[next_] : '\0'; }

  static bool IsWordByte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' ||
           c == '.';
  }

  void SkipFiller() {
    constexpr std::string_view kFiller = " \t\r\n,:";
    while (next_ < text_.size()) {
      const std::string_view rest = text_.substr(next_);
      if (rest.starts_with("//")) {
        next_ += std::min(rest.find('\n'), rest.size());
      } else if (rest.starts_with("/*")) {
        next_ += std::min(rest.find("*/", 2), rest.size() - 2) + 2;
      } else if (kFiller.find(rest[0]) != std::string_view::npos) {
        ++next_;
      } else {
        return;
      }
    }
  }

  void PassText() {
    ++next_;
    while (next_ < text_.size() && text_[next_] != '"') next_ += text_[next_] == '\\' ? 2 : 1;
    ++next_;
  }

  std::string_view text_;
  size_t next_ = 0;
};

// The part of the parser's message between two marks; empty when there is none.
std::string Between(std::string_view message, std::string_view from, std::string_view to) {
  const size_t start = message.find(from);
  if (start == std::string_view::npos) return "";
  const std::string_view rest = message.substr(start + from.size());
  std::string visible;
  AppendVisible(rest.substr(0, rest.find(to)), visible);
  return visible;
}

// The parser's names of tokens in the words of the other messages.
std::string Plain(const std::string& token) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords = {
      {{"end of input", "the end of the file"},
       {"string literal", "a text in double quotes"},
       {"number literal", "a number"},
       {"object key", "a key in double quotes"},
       {"'}'", "\",\" or \"}\""},
       {"']'", "\",\" or \"]\""},
       {"':'", "\":\" after the key"},
       {"'[', '{', or a literal", "a JSON value"}}};
  for (const auto& [name, words] : kWords) {
    if (token == name) return std::string(words);
  }
  return token;
}

class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(std::string_view text, JsonNode& tree, Mistake& mistake)
      : text_(text), cursor_(text), tree_(tree), mistake_(mistake) {}

  bool null() override { return Begin(JsonNode::Kind::kNull) && End(); }

  bool boolean(bool value) override {
    if (!Begin(JsonNode::Kind::kFlag)) return false;
    open_.back()->flag = value;
    return End();
  }

  bool number_integer(number_integer_t value) override {
    if (!Begin(JsonNode::Kind::kInteger)) return false;
    open_.back()->number = value;
    open_.back()->text = std::to_string(value);
    return End();
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<uint64_t>(INT64_MAX))
      return number_integer(static_cast<int64_t>(value));
    return Fraction(std::to_string(value));
  }

  bool number_float(number_float_t, const string_t& spelling) override {
    return Fraction(spelling);
  }

  bool string(string_t& value) override {
    if (!Begin(JsonNode::Kind::kText)) return false;
    open_.back()->text = std::move(value);
    return End();
  }

  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override { return Begin(JsonNode::Kind::kObject); }

  bool key(string_t& name) override {
    const TextPosition at = PositionOf(text_, cursor_.Take());
    JsonNode& object = *open_.back();
    for (const JsonNode::Key& known : object.keys) {
      if (known.name == name) {
        return Refuse(
            at, "found the key " + Quoted(name) + " twice, allowed each key once in its object");
      }
    }
    object.keys.push_back({std::move(name), at});
    return true;
  }

  bool end_object() override { return EndList(); }

  bool start_array(size_t) override { return Begin(JsonNode::Kind::kList); }

  bool end_array() override { return EndList(); }

  bool parse_error(size_t position, const std::string&, const Json::exception& error) override {
    const std::string_view what = error.what();
    std::string found = Between(what, " - ", ";");
    if (found.empty()) found = Between(what, "] ", ";");
    const std::string expected = Between(what, "; expected ", ";");
    size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    constexpr std::string_view kUnexpected = "unexpected ";
    if (found.starts_with(kUnexpected)) {
      found = found.substr(kUnexpected.size());
      if (found.front() != '\'') found = Plain(found);
      offset = std::min(cursor_.Take(), text_.size());
    }
    return Refuse(PositionOf(text_, offset),
                  "found " + found + ", allowed " + (expected.empty() ? "JSON" : Plain(expected)));
  }

 private:
  bool Fraction(std::string spelling) {
    if (!Begin(JsonNode::Kind::kFraction)) return false;
    open_.back()->text = std::move(spelling);
    return End();
  }

  bool Begin(JsonNode::Kind kind) {
    const TextPosition at = PositionOf(text_, cursor_.Take());
    if (open_.size() >= kTreeDepthMax) {
      return Refuse(at, absl::StrCat("found nesting deeper than ", kTreeDepthMax,
                                     " levels, allowed at most ", kTreeDepthMax));
    }
    if (++values_ > kTreeValuesMax) {
      return Refuse(at, absl::StrCat("found more than ", kTreeValuesMax,
                                     " values, allowed at most ", kTreeValuesMax));
    }
    // Pointers into items stay valid: only the innermost open list grows.
    JsonNode* node = open_.empty() ? &tree_ : &open_.back()->items.emplace_back();
    node->kind = kind;
    node->at = at;
    open_.push_back(node);
    return true;
  }

  bool End() {
    open_.pop_back();
    return true;
  }

  bool EndList() {
    cursor_.Take();
    return End();
  }

  bool Refuse(TextPosition at, std::string text) {
    std::string pointer;
    for (const JsonNode* node : open_) {
      if (node->kind == JsonNode::Kind::kObject && !node->keys.empty()) {
        pointer = JoinPointer(pointer, node->keys.back().name);
      } else if (node->kind == JsonNode::Kind::kList) {
        pointer = JoinPointer(pointer, std::to_string(node->items.size()));
      }
    }
    mistake_ = {at, std::move(pointer), std::move(text)};
    return false;
  }

  std::string_view text_;
  TokenCursor cursor_;
  JsonNode& tree_;
  Mistake& mistake_;
  std::vector<JsonNode*> open_;
  size_t values_ = 0;
};

}  // namespace

std::string DescribeNode(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      return "null";
    case JsonNode::Kind::kFlag:
      return node.flag ? "true" : "false";
    case JsonNode::Kind::kInteger:
      return "the integer " + node.text;
    case JsonNode::Kind::kFraction:
      return "the number " + node.text.substr(0, 40);
    case JsonNode::Kind::kText:
      return Quoted(node.text);
    case JsonNode::Kind::kList:
      return "a list";
    case JsonNode::Kind::kObject:
      return "an object";
  }
  return "nothing";
}

std::string JoinPointer(const std::string& pointer, std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    escaped += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  }
  std::string joined = pointer + "/";
  AppendVisible(escaped, joined);
  return joined;
}

bool ReadJsonTree(std::string_view text, JsonNode& tree, Mistake& mistake, JsonComments comments) {
  TreeBuilder builder(text, tree, mistake);
  return Json::sax_parse(text.begin(), text.end(), &builder, Json::input_format_t::json,
                         /*strict=*/true, /*ignore_comments=*/comments == JsonComments::kAllowed);
}

}  // namespace node
