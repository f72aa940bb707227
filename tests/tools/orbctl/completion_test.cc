// The completion scripts, asked as a shell asks them.
#include <string>

#include <gtest/gtest.h>

#include "tests/node/base/scratch_folder.h"
#include "tests/node/host/child_process.h"

namespace node {
namespace {

constexpr std::string_view kCommands[] = {"status", "peers",     "state",     "match",    "put",
                                          "get",    "rev",       "delete",    "transact", "leave",
                                          "record", "log-level", "completion"};

std::string Script(const std::string& shell) {
  Process orbctl("orbctl", {"completion", shell});
  EXPECT_EQ(orbctl.Wait(), 0) << orbctl.text();
  return orbctl.text();
}

// What bash offers for the words of a line, the last of which is being typed.
std::string Offered(const std::string& script, const std::string& words) {
  Process bash("/bin/bash", {"--norc", "-c",
                             "source " + script + "; COMP_WORDS=(" + words +
                                 "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _orbctl; "
                                 "printf '%s ' \"${COMPREPLY[@]}\""});
  EXPECT_EQ(bash.Wait(), 0) << bash.text();
  return bash.text();
}

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() {
    WriteText(scratch_ / "bash", Script("bash"));
    script_ = (scratch_ / "bash").string();
  }

  ScratchFolder scratch_;
  std::string script_;
};

TEST_F(CompletionTest, BashTakesTheScript) {
  Process bash("/bin/bash", {"-n", script_});
  EXPECT_EQ(bash.Wait(), 0) << bash.text();
  EXPECT_EQ(bash.text(), "");
}

TEST_F(CompletionTest, BashOffersCommandsOptionsAndWords) {
  const std::string all = Offered(script_, "orbctl ''");
  for (const std::string_view command : kCommands) {
    EXPECT_NE(all.find(std::string(command) + " "), std::string::npos) << command;
  }
  EXPECT_EQ(Offered(script_, "orbctl sta"), "status state ");
  EXPECT_EQ(Offered(script_, "orbctl --json --socket status pe"), "peers ");
  EXPECT_EQ(Offered(script_, "orbctl match --wa"), "--want ");
  EXPECT_EQ(Offered(script_, "orbctl match topic --js"), "--json ");
  EXPECT_EQ(Offered(script_, "orbctl completion ''").substr(0, 14), "bash zsh fish ");
  EXPECT_EQ(Offered(script_, "orbctl log-level w"), "warning ");
  EXPECT_EQ(Offered(script_, "orbctl match --want ''"), " ");
}

TEST_F(CompletionTest, BashOffersFilesWhereFilesStand) {
  WriteText(scratch_ / "recording-7", "");
  const std::string start = (scratch_ / "recording-").string();
  EXPECT_EQ(Offered(script_, "orbctl record " + start), start + "7 ");
  EXPECT_EQ(Offered(script_, "orbctl --socket " + start), start + "7 ");
}

TEST_F(CompletionTest, TheOtherShellsKnowEveryCommandToo) {
  const std::string zsh = Script("zsh");
  const std::string fish = Script("fish");
  EXPECT_TRUE(zsh.starts_with("#compdef orbctl\n"));
  for (const std::string_view command : kCommands) {
    EXPECT_NE(zsh.find("    " + std::string(command) + ") _arguments"), std::string::npos);
    EXPECT_NE(fish.find("-a " + std::string(command) + " "), std::string::npos);
  }
  EXPECT_NE(zsh.find("'--want["), std::string::npos);
  EXPECT_NE(fish.find("-l want "), std::string::npos);
}

}  // namespace
}  // namespace node
