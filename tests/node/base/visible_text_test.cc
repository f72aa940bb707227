#include "node/base/visible_text.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace node {
namespace {

std::string Visible(std::string_view text) {
  std::string out;
  AppendVisible(text, out);
  return out;
}

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonEscaped(text, out);
  return out;
}

TEST(VisibleTextTest, PrintableAsciiStaysAsItIs) {
  EXPECT_EQ(Visible("peer 127.0.0.1:80 ~"), "peer 127.0.0.1:80 ~");
}

TEST(VisibleTextTest, WithoutQuotesAroundItQuotesStayAsTheyAre) {
  EXPECT_EQ(Visible(R"(found "a\b")"), R"(found \"a\\b\")");
  std::string out;
  AppendUnquoted("found \"a\\b\", \n\x1b[2J\u202e\xdc", out);
  EXPECT_EQ(out, R"(found "a\b", \n\x1b[2J\u{202e}\xdc)");
}

TEST(VisibleTextTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(Visible("a\nb\r\t\x1b[2J\x7f"), "a\\nb\\r\\t\\x1b[2J\\x7f");
  EXPECT_EQ(Visible(std::string_view("\0", 1)), "\\x00");
}

TEST(VisibleTextTest, LineSeparatorsAndOverridesAreEscaped) {
  EXPECT_EQ(Visible("\u2028\u202e\u0085"), "\\u{2028}\\u{202e}\\u{85}");
}

TEST(VisibleTextTest, BrokenUtf8IsShownByteByByte) {
  EXPECT_EQ(Visible("\xc3"), "\\xc3");
  EXPECT_EQ(Visible("\xc0\xaf"), "\\xc0\\xaf");                    // Overlong.
  EXPECT_EQ(Visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // Surrogate.
  EXPECT_EQ(Visible("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // Above U+10FFFF.
}

TEST(VisibleTextTest, JsonEscapesAreJson) {
  EXPECT_EQ(Json("a\"\\\n\u00e9"), "a\\\"\\\\\\u000a\\u00e9");
  EXPECT_EQ(Json("\U0001f577"), "\\ud83d\\udd77");
  EXPECT_EQ(Json("\xff"), "\\ufffd");
}

TEST(VisibleTextTest, EveryByteBecomesPrintable) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      for (const std::string& out : {Visible(text), Json(text), Quoted(text)}) {
        EXPECT_TRUE(
            std::all_of(out.begin(), out.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
            << first << " " << second;
      }
    }
  }
}

TEST(VisibleTextTest, LongTextsAreCutInQuotes) {
  EXPECT_EQ(Quoted(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

TEST(VisibleTextTest, ListsReadLikeASentence) {
  constexpr std::string_view kWords[] = {"a", "b", "c"};
  EXPECT_EQ(QuotedList(kWords), "\"a\", \"b\" or \"c\"");
  EXPECT_EQ(QuotedList({}), "nothing");
}

}  // namespace
}  // namespace node
