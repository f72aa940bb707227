// Text of unknown origin made fit for one line of a terminal, a log or an error message.
//
// Invariant: whatever comes in, printable ASCII goes out (0x20 to 0x7e). No control character, line
// separator, bidirectional override or broken UTF-8 passes, so a peer's text can neither break a line
// nor repaint a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace node {

// One character taken from the front of a text.
struct TextPoint {
  uint32_t point = 0;  // The byte itself when it is not valid UTF-8.
  size_t length = 1;   // Bytes.
  bool valid = true;
};

// REQUIRES: text is not empty.
[[nodiscard]] TextPoint FirstPoint(std::string_view text);

// Escapes for people: \n, \t, \r, \", \\, \xHH for other control characters and broken bytes,
// \u{HEX} above ASCII.
void AppendVisible(std::string_view text, std::string& out);

// The same for a text that stands without quotes around it: " and \ stay as they are.
void AppendUnquoted(std::string_view text, std::string& out);

// The inside of a JSON string: \uXXXX (surrogate pairs above U+FFFF), U+FFFD for broken bytes.
void AppendJsonEscaped(std::string_view text, std::string& out);

// `text` in double quotes, visible, cut after 60 characters.
[[nodiscard]] std::string Quoted(std::string_view text);

// `"a", "b" or "c"`.
[[nodiscard]] std::string QuotedList(std::span<const std::string_view> words);

// Lower-case hexadecimal digits.
[[nodiscard]] std::string HexText(std::span<const uint8_t> bytes);

}  // namespace node
