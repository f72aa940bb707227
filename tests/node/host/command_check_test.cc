#include "node/host/command_check.h"

#include <string>

#include <gtest/gtest.h>

namespace node {
namespace {

core::MatchCommand GoodMatch() {
  core::MatchCommand match;
  match.topic = {"proof", "one"};
  match.capabilities.Add("fast");
  match.filter.must.Add("fast");
  return match;
}

std::string ErrorOf(const core::Command& command) {
  const core::Status status = CheckCommand(command);
  return status.ok() ? "ok" : std::string(core::MessageOf(status));
}

TEST(CommandCheckTest, OrdinaryCommandsPass) {
  EXPECT_EQ(ErrorOf(GoodMatch()), "ok");
  core::WorkCommand work;
  work.topic = {"proof", "one"};
  EXPECT_EQ(ErrorOf(work), "ok");
  EXPECT_EQ(ErrorOf(core::LeaveCommand{{"proof", "one"}}), "ok");
  EXPECT_EQ(ErrorOf(core::LookupCommand{}), "ok");
}

TEST(CommandCheckTest, EveryLimitIsHeldAndSaid) {
  core::MatchCommand match = GoodMatch();
  match.want = 0;
  EXPECT_EQ(ErrorOf(match), "want: found 0, allowed 1 to 1024");
  match = GoodMatch();
  match.patience = {};
  EXPECT_EQ(ErrorOf(match), "patience: found 0 us, allowed above 0 to 24 h");
  match = GoodMatch();
  match.topic.kind.clear();
  EXPECT_EQ(ErrorOf(match), "topic.kind: found 0 bytes, allowed 1 to 256");
  match.topic = {"a", std::string(257, 'b')};
  EXPECT_EQ(ErrorOf(match), "topic.label: found 257 bytes, allowed 1 to 256");
  core::WorkCommand work;
  work.topic = {"proof", "one"};
  work.budget = 0;
  EXPECT_EQ(ErrorOf(work), "budget: found 0, allowed 1 to 65535");
}

TEST(CommandCheckTest, ListsThatTheWireCannotCarryAreRefused) {
  core::MatchCommand match = GoodMatch();
  match.capabilities.Add(std::string(33, 'x'));
  EXPECT_EQ(ErrorOf(match), "capabilities: found a text of 33 bytes, allowed at most 32");
  match = GoodMatch();
  for (int i = 0; i < 17; ++i) match.filter.must_not.Add(std::to_string(i));
  EXPECT_EQ(ErrorOf(match), "filter.must_not: found 17 texts, allowed at most 16");
}

}  // namespace
}  // namespace node
