#include "sim/scenario/json_reader.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sim/scenario/utf8.h"

namespace sim {
namespace {

// Where a character is named in a message.
std::string CharacterName(std::string_view rest) {
  if (rest.empty()) return "the end of the file";
  if (rest[0] == '"') return "a double quote";
  const size_t length = Utf8Length(rest);
  if (length > 0) return Quoted(rest.substr(0, length));
  return absl::StrCat("the byte 0x", absl::Hex(static_cast<uint8_t>(rest[0]), absl::kZeroPad2),
                      ", which is not UTF-8");
}

class Reader {
 public:
  Reader(std::string_view text, FilePosition start, Findings& findings)
      : text_(text), at_(start), findings_(findings) {}

  std::optional<JsonValue> ReadAll() {
    JsonValue value;
    if (!SkipSpace() || !ReadValue(value, 1) || !SkipSpace()) return std::nullopt;
    if (!AtEnd()) {
      Fail(CharacterName(Rest()) + " after the end of the value", "the end of the file");
      return std::nullopt;
    }
    return value;
  }

 private:
  [[nodiscard]] bool AtEnd() const { return next_ == text_.size(); }

  [[nodiscard]] std::string_view Rest() const { return text_.substr(next_); }

  [[nodiscard]] bool StartsWith(std::string_view word) const { return Rest().starts_with(word); }

  bool Fail(std::string found, std::string allowed) {
    findings_.Add({at_, path_, std::move(found), std::move(allowed), ""});
    return false;
  }

  // REQUIRES: the next `bytes` bytes are ASCII without a line feed.
  void Skip(size_t bytes) {
    next_ += bytes;
    at_.column += static_cast<uint32_t>(bytes);
  }

  // Passes one character of a comment, a text or white space.
  bool Advance() {
    const size_t length = Utf8Length(Rest());
    if (length == 0) return Fail(CharacterName(Rest()), "valid UTF-8");
    if (text_[next_] == '\n') {
      ++at_.line;
      at_.column = 0;
    }
    next_ += length;
    ++at_.column;
    return true;
  }

  bool SkipComment() {
    const bool block = StartsWith("/*");
    const FilePosition start = at_;
    Skip(2);
    while (!AtEnd()) {
      if (block && StartsWith("*/")) {
        Skip(2);
        return true;
      }
      if (!block && text_[next_] == '\n') return true;
      if (!Advance()) return false;
    }
    if (!block) return true;
    at_ = start;
    return Fail("a comment without an end", "\"*/\" before the end of the file");
  }

  bool SkipSpace() {
    while (!AtEnd()) {
      const char c = text_[next_];
      if (StartsWith("//") || StartsWith("/*")) {
        if (!SkipComment()) return false;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        if (!Advance()) return false;
      } else {
        return true;
      }
    }
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kJsonDepthMax deep.
  bool ReadValue(JsonValue& value, size_t depth) {
    value.at = at_;
    if (++values_ > kJsonValuesMax) {
      return Fail(absl::StrCat("more than ", kJsonValuesMax, " values"),
                  "a file with fewer values");
    }
    if (depth > kJsonDepthMax) {
      return Fail(absl::StrCat("nesting deeper than ", kJsonDepthMax, " levels"),
                  absl::StrCat("at most ", kJsonDepthMax, " levels"));
    }
    if (StartsWith("{")) return ReadObject(value, depth);
    if (StartsWith("[")) return ReadList(value, depth);
    if (StartsWith("\"")) {
      value.kind = JsonValue::Kind::kText;
      return ReadText(value.text);
    }
    if (!AtEnd() && (text_[next_] == '-' || IsDigit())) return ReadNumber(value);
    return ReadWord(value);
  }

  [[nodiscard]] bool IsDigit() const {
    return !AtEnd() && text_[next_] >= '0' && text_[next_] <= '9';
  }

  bool ReadWord(JsonValue& value) {
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!StartsWith(word)) continue;
      value.kind = word == "null" ? JsonValue::Kind::kNull : JsonValue::Kind::kFlag;
      value.flag = word == "true";
      Skip(word.size());
      return true;
    }
    return Fail(CharacterName(Rest()), "a JSON value");
  }

  bool ReadDigits(std::string& out) {
    if (!IsDigit()) return Fail(CharacterName(Rest()), "a digit");
    while (IsDigit()) {
      out += text_[next_];
      Skip(1);
    }
    return true;
  }

  bool ReadNumber(JsonValue& value) {
    value.kind = JsonValue::Kind::kInteger;
    if (StartsWith("-")) Take(value.text);
    if (StartsWith("0")) {
      Take(value.text);
      if (IsDigit()) return Fail("a number with a leading zero", "\"0\" or a digit from 1 to 9");
    } else if (!ReadDigits(value.text)) {
      return false;
    }
    if (StartsWith(".")) {
      value.kind = JsonValue::Kind::kFraction;
      Take(value.text);
      if (!ReadDigits(value.text)) return false;
    }
    if (!StartsWith("e") && !StartsWith("E")) return true;
    value.kind = JsonValue::Kind::kFraction;
    Take(value.text);
    if (StartsWith("+") || StartsWith("-")) Take(value.text);
    return ReadDigits(value.text);
  }

  void Take(std::string& out) {
    out += text_[next_];
    Skip(1);
  }

  bool ReadText(std::string& out) {
    const FilePosition start = at_;
    Skip(1);
    while (!AtEnd()) {
      const char c = text_[next_];
      if (c == '"') {
        Skip(1);
        return true;
      }
      if (c == '\\') {
        if (!ReadEscape(out)) return false;
      } else if (static_cast<uint8_t>(c) < 0x20) {
        return Fail("a control character in a text", "an escape such as \\n");
      } else {
        const size_t before = next_;
        if (!Advance()) return false;
        out += text_.substr(before, next_ - before);
      }
    }
    at_ = start;
    return Fail("a text without an end", "a closing '\"' before the end of the file");
  }

  bool ReadEscape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = next_ + 1 < text_.size() ? text_[next_ + 1] : '\0';
    if (letter == 'u') return ReadPoint(out);
    const size_t index = kLetters.find(letter);
    if (letter == '\0' || index == std::string_view::npos) {
      return Fail("an unknown escape", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    }
    out += kMeanings[index];
    Skip(2);
    return true;
  }

  // Four hexadecimal digits behind \u, or nothing.
  [[nodiscard]] std::optional<uint32_t> PeekUnit() const {
    if (!StartsWith("\\u") || Rest().size() < 6) return std::nullopt;
    uint32_t unit = 0;
    for (const char c : Rest().substr(2, 4)) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      const size_t digit = kDigits.find(lower);
      if (digit == std::string_view::npos) return std::nullopt;
      unit = unit * 16 + static_cast<uint32_t>(digit);
    }
    return unit;
  }

  bool ReadPoint(std::string& out) {
    const auto high = PeekUnit();
    if (!high.has_value()) return Fail("an incomplete \\u escape", "four hexadecimal digits");
    if (*high < 0xd800 || *high > 0xdfff) {
      Skip(6);
      AppendUtf8(*high, out);
      return true;
    }
    const FilePosition start = at_;
    Skip(6);
    const auto low = PeekUnit();
    if (*high > 0xdbff || !low.has_value() || *low < 0xdc00 || *low > 0xdfff) {
      at_ = start;
      return Fail("half of a surrogate pair", "a high and a low surrogate");
    }
    Skip(6);
    AppendUtf8(0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00), out);
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kJsonDepthMax deep.
  bool ReadList(JsonValue& value, size_t depth) {
    value.kind = JsonValue::Kind::kList;
    Skip(1);
    if (!SkipSpace()) return false;
    if (StartsWith("]")) {
      Skip(1);
      return true;
    }
    const size_t path_size = path_.size();
    while (true) {
      absl::StrAppend(&path_, "[", value.items.size(), "]");
      if (!ReadValue(value.items.emplace_back(), depth + 1)) return false;
      path_.resize(path_size);
      bool more = false;
      if (!ReadSeparator(']', more)) return false;
      if (!more) return true;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kJsonDepthMax deep.
  bool ReadObject(JsonValue& value, size_t depth) {
    value.kind = JsonValue::Kind::kObject;
    Skip(1);
    if (!SkipSpace()) return false;
    if (StartsWith("}")) {
      Skip(1);
      return true;
    }
    std::set<std::string> seen;
    const size_t path_size = path_.size();
    while (true) {
      if (!ReadMember(value, depth, seen)) return false;
      path_.resize(path_size);
      bool more = false;
      if (!ReadSeparator('}', more)) return false;
      if (!more) return true;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kJsonDepthMax deep.
  bool ReadMember(JsonValue& object, size_t depth, std::set<std::string>& seen) {
    JsonKey key{"", at_};
    if (!StartsWith("\"")) return Fail(CharacterName(Rest()), "a key in double quotes");
    if (!ReadText(key.name)) return false;
    const bool fresh = seen.insert(key.name).second;
    if (!fresh) {
      findings_.Add({key.at, path_, "the key " + Quoted(key.name) + " twice",
                     "each key once in its object", ""});
    }
    path_ += (path_.empty() ? "" : ".") + key.name;
    if (!SkipSpace()) return false;
    if (!StartsWith(":")) return Fail(CharacterName(Rest()), "\":\" after the key");
    Skip(1);
    if (!SkipSpace()) return false;
    JsonValue member;
    if (!ReadValue(member, depth + 1)) return false;
    if (!fresh) return true;
    object.keys.push_back(std::move(key));
    object.items.push_back(std::move(member));
    return true;
  }

  bool ReadSeparator(char close, bool& more) {
    if (!SkipSpace()) return false;
    if (StartsWith(std::string_view(&close, 1))) {
      Skip(1);
      return true;
    }
    const std::string allowed = absl::StrCat("\",\" or \"", std::string(1, close), "\"");
    if (!StartsWith(",")) return Fail(CharacterName(Rest()), allowed);
    Skip(1);
    more = true;
    return SkipSpace();
  }

  std::string_view text_;
  size_t next_ = 0;
  size_t values_ = 0;
  FilePosition at_;
  std::string path_;
  Findings& findings_;
};

}  // namespace

std::optional<JsonValue> ReadJson(std::string_view text, FilePosition start, Findings& findings) {
  return Reader(text, start, findings).ReadAll();
}

}  // namespace sim
