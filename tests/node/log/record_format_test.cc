#include "node/log/record_format.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/random.h"

namespace node {
namespace {

constexpr WallTime kTime{1'795'256'948'123'456};

std::string Line(LogFormat format, std::initializer_list<LogField> fields,
                 uint64_t suppressed = 0) {
  return FormatRecord(
      {kTime, LogLevel::kInfo, "peer connected", {fields.begin(), fields.size()}, suppressed},
      format);
}

TEST(RecordFormatTest, TextIsForPeople) {
  EXPECT_EQ(Line(LogFormat::kText, {{"address", std::string("[::1]:80")},
                                    {"peer", std::string("ab.12")},
                                    {"count", 3},
                                    {"natted", false},
                                    {"after", core::Milliseconds(1'250)},
                                    {"agent", std::string("a \"b\"\n")},
                                    {"empty", std::string()}}),
            "2026-11-21T10:29:08.123456Z info    peer connected address=\"[::1]:80\" peer=ab.12 "
            "count=3 natted=false after=1.25 agent=\"a \\\"b\\\"\\n\" empty=\"\"\n");
}

TEST(RecordFormatTest, JsonIsOneObjectPerLine) {
  const std::string line = Line(LogFormat::kJson,
                                {{"count", uint64_t{18'446'744'073'709'551'615u}},
                                 {"low", int64_t{-9}},
                                 {"natted", true},
                                 {"after", core::Microseconds(-1'500'000)},
                                 {"agent", std::string("\xc3\xa9\"\x01")}},
                                7);
  EXPECT_EQ(line,
            "{\"time\":\"2026-11-21T10:29:08.123456Z\",\"level\":\"info\",\"message\":\"peer "
            "connected\",\"count\":18446744073709551615,\"low\":-9,\"natted\":true,\"after\":-1.5,"
            "\"agent\":\"\\u00e9\\\"\\u0001\",\"suppressed\":7}\n");
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["agent"], "\u00e9\"\x01");
}

TEST(RecordFormatTest, DurationsOfEverySizeAreExact) {
  const auto text = [](core::Duration span) {
    const std::string line = Line(LogFormat::kText, {{"d", span}});
    return line.substr(line.find("d=", 40) + 2);
  };
  EXPECT_EQ(text({0}), "0\n");
  EXPECT_EQ(text({1}), "0.000001\n");
  EXPECT_EQ(text({-1}), "-0.000001\n");
  EXPECT_EQ(text({INT64_MIN}), "-9223372036854.775808\n");
}

TEST(RecordFormatTest, APeersTextCanNeverBreakALine) {
  core::Random random({.seed = 4});
  for (int i = 0; i < 5'000; ++i) {
    std::string text(random.Below(40), '\0');
    for (char& c : text) c = static_cast<char>(random.Below(256));
    for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
      const std::string line = Line(format, {{"agent", text}});
      EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
      EXPECT_EQ(line.back(), '\n');
      EXPECT_TRUE(
          std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; }));
      EXPECT_TRUE(format == LogFormat::kText || nlohmann::json::accept(line));
    }
  }
}

TEST(RecordFormatTest, LongValuesAreCut) {
  const std::string value(10'000, 'x');
  const std::string line = Line(LogFormat::kText, {{"v", value}});
  EXPECT_LT(line.size(), kValueBytesMax + 100);
  EXPECT_NE(line.find("x...\"\n"), std::string::npos);
}

TEST(RecordFormatTest, EveryLevelHasAName) {
  EXPECT_EQ(TextOf(LogLevel::kDebug), "debug");
  EXPECT_EQ(TextOf(LogLevel::kError), "error");
}

}  // namespace
}  // namespace node
