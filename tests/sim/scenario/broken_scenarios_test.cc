// Every kind of mistake in a scenario file, with its exact message: broken_scenarios.txt.
//
// With ORBWEAVER_REWRITE set the messages in that file are replaced by the actual ones; commit the
// change only if you understand it.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/scenario/scenario_texts.h"

namespace {

constexpr char kPath[] = ORBWEAVER_SOURCE_DIR "/tests/sim/scenario/broken_scenarios.txt";
constexpr std::string_view kHead =
    R"({ "schema": 1, "name": "n", "duration": "1min", "groups": [ { "name": "crowd", "count": 10 }, { "name": "seekers", "count": 2 } ])";

struct Case {
  std::string name;
  std::string source;  // As it stands in the file, for rewriting.
  std::string text;
  tests::Files files;
  std::vector<std::pair<std::string, std::string>> overrides;
  std::string expected;
};

class CaseReader {
 public:
  void Line(const std::string& line) {
    if (line.starts_with("=== ")) {
      cases_.push_back({line.substr(4), "", "", {}, {}, ""});
      into_ = &cases_.back().text;
      return;
    }
    if (cases_.empty()) return;
    Case& current = cases_.back();
    if (line == "---") {
      into_ = &current.expected;
      return;
    }
    if (into_ != &current.expected) current.source += line + "\n";
    if (line.starts_with("@set ")) {
      const size_t equals = line.find('=');
      current.overrides.emplace_back(line.substr(5, equals - 5), line.substr(equals + 1));
    } else if (line.starts_with("@file ")) {
      into_ = &current.files[line.substr(6)];
    } else {
      Append(line);
    }
  }

  std::vector<Case> Take() { return std::move(cases_); }

 private:
  void Append(const std::string& line) {
    if (!into_->empty()) *into_ += '\n';
    *into_ += line.starts_with("HEAD") ? std::string(kHead) + line.substr(4) : line;
  }

  std::vector<Case> cases_;
  std::string* into_ = nullptr;
};

std::vector<Case> ReadCases() {
  std::ifstream stream(kPath);
  CaseReader reader;
  for (std::string line; std::getline(stream, line);) reader.Line(line);
  return reader.Take();
}

std::string MessageOf(const Case& one) {
  const auto scenario = tests::LoadText(one.text, one.files, one.overrides);
  return scenario.ok() ? "accepted" : std::string(core::MessageOf(scenario.status()));
}

void Rewrite(const std::vector<Case>& cases) {
  std::ifstream stream(kPath);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  text.resize(text.find("\n=== ") + 1);
  for (const Case& one : cases) {
    text += "=== " + one.name + "\n" + one.source + "---\n" + MessageOf(one) + "\n";
  }
  std::ofstream(kPath) << text;
}

TEST(BrokenScenariosTest, EachIsRefusedWithItsExactMessage) {
  const std::vector<Case> cases = ReadCases();
  ASSERT_GE(cases.size(), 70u);
  if (std::getenv("ORBWEAVER_REWRITE") != nullptr) Rewrite(cases);
  for (const Case& one : cases) EXPECT_EQ(MessageOf(one), one.expected) << one.name;
}

TEST(BrokenScenariosTest, EachMessageNamesPlacePathAndWhatIsAllowed) {
  for (const Case& one : ReadCases()) {
    std::istringstream lines(one.expected);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("and ")) continue;
      EXPECT_NE(line.find(": found "), std::string::npos) << one.name;
      EXPECT_NE(line.find(", allowed "), std::string::npos) << one.name;
    }
  }
}

}  // namespace
