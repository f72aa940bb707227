#include "node/config/command_word.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

namespace node {
namespace {

// What a program with two commands says of these words; its exit code goes before.
std::string Said(std::vector<std::string> words) {
  CLI::App app{"a program", "orb"};
  app.require_subcommand(1);
  app.failure_message(ExplainCommandLine);
  app.add_subcommand("status", "shows")->add_flag("--json");
  app.add_subcommand("match", "seeks")->add_option("TOPIC")->required();
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return (code == 0 ? "0: " : "not 0: ") + out.str();
  }
  return "";
}

TEST(CommandWordTest, AKnownCommandIsNotExplained) {
  EXPECT_EQ(Said({"status"}), "");
  EXPECT_EQ(Said({"match", "a"}), "");
}

TEST(CommandWordTest, AnUnknownCommandIsNamedWithThoseThereAre) {
  EXPECT_EQ(Said({"stauts", "--json"}),
            "not 0: orb: command: found \"stauts\", allowed \"status\" or \"match\", did you mean "
            "\"status\"?\n");
  EXPECT_EQ(Said({"\x1b[2J"}),
            "not 0: orb: command: found \"\\x1b[2J\", allowed \"status\" or \"match\"\n");
}

TEST(CommandWordTest, NoCommandIsSaidToBeNone) {
  EXPECT_EQ(Said({}), "not 0: orb: command: found none, allowed \"status\" or \"match\"\n");
}

TEST(CommandWordTest, EverythingElseIsTheLibrarysToSay) {
  EXPECT_NE(Said({"match"}).find("TOPIC is required"), std::string::npos) << Said({"match"});
  EXPECT_NE(Said({"status", "--jsn"}).find("--jsn"), std::string::npos);
  EXPECT_TRUE(Said({"--help"}).starts_with("0: a program"));
}

}  // namespace
}  // namespace node
