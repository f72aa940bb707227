#include "sim/scenario/json_reader.h"

#include <map>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

struct ReadResult {
  std::optional<sim::JsonValue> value;
  std::string message;
};

ReadResult ReadText(std::string_view text) {
  sim::Findings findings;
  const uint32_t source = findings.AddSource("f");
  ReadResult result{sim::ReadJson(text, {source, 1, 1}, findings), ""};
  result.message = std::string(core::MessageOf(findings.ToStatus()));
  return result;
}

std::string Canonical(std::string_view text) {
  const ReadResult result = ReadText(text);
  return result.value.has_value() ? sim::CanonicalJson(*result.value) : result.message;
}

TEST(JsonReaderTest, CommentsAndSpaceVanishAndKeysAreSorted) {
  EXPECT_EQ(Canonical("// one\n{ \"b\": [1, /* two */ true, null],\r\n\"a\": \"x\" } // end"),
            R"({"a":"x","b":[1,true,null]})");
}

TEST(JsonReaderTest, PositionsCountCharactersNotBytes) {
  const ReadResult result = ReadText("{\"h\u00e9\": \"\u20ac\", \"b\":\n\t 5}");
  ASSERT_TRUE(result.value.has_value());
  const sim::JsonValue& value = *result.value;
  EXPECT_EQ(value.keys[1].at, (sim::FilePosition{0, 1, 13}));
  EXPECT_EQ(value.items[1].at, (sim::FilePosition{0, 2, 3}));
}

TEST(JsonReaderTest, EscapesAreDecoded) {
  const ReadResult result = ReadText(R"("\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00")");
  ASSERT_TRUE(result.value.has_value());
  EXPECT_EQ(result.value->text, "\"\\/\b\f\n\r\t\u00e9\u20ac\U0001f600");
}

TEST(JsonReaderTest, NumbersKeepTheirSpelling) {
  EXPECT_EQ(ReadText("18446744073709551616").value->kind, sim::JsonValue::Kind::kInteger);
  EXPECT_EQ(ReadText("1.0").value->kind, sim::JsonValue::Kind::kFraction);
  EXPECT_EQ(ReadText("1E+2").value->text, "1E+2");
  EXPECT_EQ(Canonical("-0"), "0");
}

TEST(JsonReaderTest, BytesThatAreNotUtf8AreRefused) {
  for (const std::string bad :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\xf4\x90\x80\x80"}) {
    EXPECT_NE(ReadText("{\"a\": \"" + bad + "\"}").message.find("which is not UTF-8"),
              std::string::npos);
    EXPECT_NE(ReadText("/*" + bad + "*/ 1").message.find("which is not UTF-8"), std::string::npos);
  }
}

TEST(JsonReaderTest, ThirtyTwoLevelsAreReadAndOneMoreIsNot) {
  EXPECT_TRUE(ReadText(std::string(32, '[') + std::string(32, ']')).value.has_value());
  EXPECT_FALSE(ReadText(std::string(33, '[') + std::string(33, ']')).value.has_value());
}

TEST(JsonReaderTest, TooManyValuesAreRefused) {
  std::string text = "[1";
  for (size_t i = 1; i < sim::kJsonValuesMax; ++i) text += ",1";
  EXPECT_NE(ReadText(text + "]").message.find("more than 1000000 values"), std::string::npos);
}

TEST(JsonReaderTest, ADuplicateKeyIsNotedAndTheRestIsRead) {
  const ReadResult result = ReadText(R"({"a": 1, "a": 2, "b": 3})");
  EXPECT_EQ(result.message,
            "f:1:10: $: found the key \"a\" twice, allowed each key once in its object");
  ASSERT_TRUE(result.value.has_value());
  EXPECT_EQ(sim::CanonicalJson(*result.value), R"({"a":1,"b":3})");
}

// Another reader accepts the same texts. Its texts have no comments, and ours no duplicate keys.
RC_GTEST_PROP(JsonReaderProperty, AgreesWithAnotherReader, (const std::vector<uint8_t>& picks)) {
  constexpr std::string_view kPieces[] = {"{",     "}",   "[",  "]",       ",",    ":", "\"a\"",
                                          "\"b\"", "1",   "-2", "true",    "null", " ", "0.5",
                                          "\"",    "1e2", "01", "\"\\n\"", "-"};
  std::string text;
  for (const uint8_t pick : picks) text += kPieces[pick % std::size(kPieces)];
  const ReadResult ours = ReadText(text);
  RC_PRE(ours.message.find("twice") == std::string::npos);
  const auto theirs = nlohmann::json::parse(text, nullptr, false);
  RC_ASSERT(ours.value.has_value() == !theirs.is_discarded());
}

RC_GTEST_PROP(JsonReaderProperty, CanonicalTextReadsBackUnchanged,
              (const std::map<std::string, std::string>& members)) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [key, value] : members) {
    json[nlohmann::json(key).dump(-1, ' ', true, nlohmann::json::error_handler_t::ignore)] =
        nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::ignore);
  }
  const std::string once = Canonical(json.dump(2));
  RC_ASSERT(Canonical(once) == once);
  RC_ASSERT(nlohmann::json::parse(once) == json);
}

}  // namespace
