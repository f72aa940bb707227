// Every kind of mistake in a configuration file, with its exact message: broken_configs.txt.
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

#include "node/config/loader.h"

namespace node {
namespace {

constexpr char kPath[] = ORBWEAVER_SOURCE_DIR "/tests/node/config/broken_configs.txt";

struct Case {
  std::string name;
  std::string text;
  std::string expected;
};

std::vector<Case> ReadCases() {
  std::ifstream stream(kPath);
  std::vector<Case> cases;
  std::string* into = nullptr;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back({line.substr(4), "", ""});
      into = &cases.back().text;
    } else if (line == "---" && !cases.empty()) {
      into = &cases.back().expected;
    } else if (into != nullptr) {
      *into += (into->empty() ? "" : "\n") + line;
    }
  }
  return cases;
}

std::string MessageOf(const Case& one) {
  const auto config = LoadConfig(one.text, {"node.json", ""});
  return config.ok() ? "accepted" : std::string(core::MessageOf(config.status()));
}

void Rewrite(const std::vector<Case>& cases) {
  std::ifstream stream(kPath);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  text.resize(text.find("\n=== ") + 1);
  for (const Case& one : cases) {
    text += "=== " + one.name + "\n" + one.text + "\n---\n" + MessageOf(one) + "\n";
  }
  std::ofstream(kPath) << text;
}

TEST(BrokenConfigsTest, EachIsRefusedWithItsExactMessage) {
  const std::vector<Case> cases = ReadCases();
  ASSERT_GE(cases.size(), 40u);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread.
  if (std::getenv("ORBWEAVER_REWRITE") != nullptr) Rewrite(cases);
  for (const Case& one : cases) EXPECT_EQ(MessageOf(one), one.expected) << one.name;
}

TEST(BrokenConfigsTest, EachMessageNamesPlaceAndWhatIsAllowed) {
  for (const Case& one : ReadCases()) {
    std::istringstream lines(one.expected);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("and ")) continue;
      EXPECT_TRUE(line.starts_with("node.json:")) << one.name;
      EXPECT_NE(line.find(": found "), std::string::npos) << one.name;
      EXPECT_NE(line.find(", allowed "), std::string::npos) << one.name;
    }
  }
}

}  // namespace
}  // namespace node
