// Every kind of mistake in a history file, with its exact message: broken_histories.txt.
//
// With ORBWEAVER_REWRITE set the messages in that file are replaced by the actual ones; commit the change only if you
// understand it.
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/history/history_reader.h"
#include "tests/sim/history/history_texts.h"

namespace {

constexpr char kPath[] = ORBWEAVER_SOURCE_DIR "/tests/sim/history/broken_histories.txt";

struct Case {
  std::string name;
  std::string source;  // As it stands in the file, for rewriting.
  std::string model = "register";
  std::string text;
  std::string expected;
};

struct Table {
  std::string head;
  std::vector<Case> cases;
};

Table ReadTable() {
  std::ifstream stream(kPath);
  Table table;
  bool message = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("=== ")) {
      table.cases.emplace_back().name = line.substr(4);
      message = false;
    } else if (table.cases.empty()) {
      table.head += line + "\n";
    } else if (line == "---") {
      message = true;
    } else if (message) {
      table.cases.back().expected += line + "\n";
    } else {
      Case& current = table.cases.back();
      current.source += line + "\n";
      if (line.starts_with("@model ")) {
        current.model = line.substr(7);
      } else {
        current.text += line + "\n";
      }
    }
  }
  return table;
}

std::string MessageOf(const Case& one) {
  const auto verdict = sim::CheckHistory(one.text, "h", one.model, {});
  return verdict.ok() ? "accepted\n" : std::string(core::MessageOf(verdict.status())) + "\n";
}

TEST(BrokenHistoriesTest, EachHasItsMessage) {
  const Table table = ReadTable();
  ASSERT_GE(table.cases.size(), 60u);
  std::string rewritten = table.head;
  for (const Case& one : table.cases) {
    const std::string message = MessageOf(one);
    EXPECT_EQ(message, one.expected) << one.name;
    EXPECT_NE(message.find(": found "), std::string::npos) << one.name;
    EXPECT_NE(message.find(", allowed "), std::string::npos) << one.name;
    rewritten += "=== " + one.name + "\n" + one.source + "---\n" + message;
  }
  if (std::getenv("ORBWEAVER_REWRITE") != nullptr) std::ofstream(kPath) << rewritten;
}

TEST(BrokenHistoriesTest, AnEmptyFileIsRefused) {
  EXPECT_EQ(tests::Judge("", "register").line,
            "h:1:1: $: found an empty file, allowed at least one line");
}

TEST(BrokenHistoriesTest, LimitsAreNamed) {
  sim::Findings findings;
  (void)findings.AddSource("h");
  const std::string line = R"({"process":1,"type":"invoke","f":"read"})";
  EXPECT_FALSE(sim::ReadHistory(line, findings, {.line_bytes_max = 10}).has_value());
  EXPECT_EQ(core::MessageOf(findings.ToStatus()),
            "h:1:1: $: found a line of 40 bytes, allowed at most 10 bytes");
  sim::Findings more;
  (void)more.AddSource("h");
  const std::string two = line + "\n" + R"({"process":2,"type":"invoke","f":"read"})";
  EXPECT_FALSE(sim::ReadHistory(two, more, {.lines_max = 1}).has_value());
  EXPECT_EQ(core::MessageOf(more.ToStatus()),
            "h:2:1: $: found more than 1 lines, allowed a history with fewer lines");
}

}  // namespace
