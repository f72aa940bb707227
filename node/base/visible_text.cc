#include "node/base/visible_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace node {
namespace {
constexpr size_t kQuotedMax = 60;

bool Printable(uint32_t point) {
  return point >= 0x20 && point <= 0x7e;
}

char ShortEscape(uint32_t point) {
  switch (point) {
    case '\n':
      return 'n';
    case '\t':
      return 't';
    case '\r':
      return 'r';
    case '"':
    case '\\':
      return static_cast<char>(point);
    default:
      return '\0';
  }
}

void AppendPoint(const TextPoint& taken, std::string& out) {
  if (taken.valid && ShortEscape(taken.point) != '\0') {
    out += '\\';
    out += ShortEscape(taken.point);
  } else if (taken.valid && Printable(taken.point)) {
    out += static_cast<char>(taken.point);
  } else if (taken.valid && taken.point >= 0x80) {
    absl::StrAppendFormat(&out, "\\u{%x}", taken.point);
  } else {
    absl::StrAppendFormat(&out, "\\x%02x", taken.point);
  }
}
}  // namespace

TextPoint FirstPoint(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = at(0);
  if (lead < 0x80) return {lead, 1, true};
  const TextPoint broken = {lead, 1, false};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return broken;
  uint32_t point = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return broken;
    point = point << 6 | (at(i) & 0x3fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < kSmallest[length] || surrogate || point > 0x10ffff) return broken;
  return {point, length, true};
}

void AppendVisible(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const TextPoint taken = FirstPoint(text);
    AppendPoint(taken, out);
    text.remove_prefix(taken.length);
  }
}

void AppendUnquoted(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const TextPoint taken = FirstPoint(text);
    if (taken.point == '"' || taken.point == '\\') {
      out += static_cast<char>(taken.point);
    } else {
      AppendPoint(taken, out);
    }
    text.remove_prefix(taken.length);
  }
}

void AppendJsonEscaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    TextPoint taken = FirstPoint(text);
    text.remove_prefix(taken.length);
    if (!taken.valid) taken.point = 0xfffd;
    if (taken.point == '"' || taken.point == '\\') {
      out += '\\';
      out += static_cast<char>(taken.point);
    } else if (Printable(taken.point)) {
      out += static_cast<char>(taken.point);
    } else if (taken.point < 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x", taken.point);
    } else {
      const uint32_t rest = taken.point - 0x10000;
      absl::StrAppendFormat(&out, "\\u%04x\\u%04x", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
    }
  }
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t taken = 0; !text.empty(); ++taken) {
    if (taken == kQuotedMax) {
      quoted += "...";
      break;
    }
    const TextPoint point = FirstPoint(text);
    AppendPoint(point, quoted);
    text.remove_prefix(point.length);
  }
  return quoted + "\"";
}

std::string QuotedList(std::span<const std::string_view> words) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += "\"" + std::string(words[i]) + "\"";
  }
  return list.empty() ? "nothing" : list;
}

std::string HexText(std::span<const uint8_t> bytes) {
  std::string text;
  for (const uint8_t byte : bytes) absl::StrAppend(&text, absl::Hex(byte, absl::kZeroPad2));
  return text;
}

}  // namespace node
