#include "node/host/command_check.h"

#include <string>

#include <gtest/gtest.h>

#include "core/codec/limits.h"

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

core::TransactCommand GoodTransaction() {
  core::TransactCommand transact;
  for (uint8_t i = 1; i <= 2; ++i) {
    core::BlockWrite& write = transact.writes.emplace_back();
    write.block.bytes[0] = i;
    write.value.resize(core::limits::kBlockBytesMax);
  }
  transact.tail = transact.writes[0].block;
  return transact;
}

TEST(CommandCheckTest, CallsAboutBlocksPassUpToTheirLimits) {
  core::PutCommand put;
  put.value.resize(core::limits::kBlockBytesMax);
  put.base_revision = kRevisionMax;
  EXPECT_EQ(ErrorOf(put), "ok");
  EXPECT_EQ(ErrorOf(core::DeleteCommand{}), "ok");
  EXPECT_EQ(ErrorOf(core::GetCommand{}), "ok");
  EXPECT_EQ(ErrorOf(core::RevisionCommand{}), "ok");
  EXPECT_EQ(ErrorOf(GoodTransaction()), "ok");
  put.value.resize(core::limits::kBlockBytesMax + 1);
  EXPECT_EQ(ErrorOf(put), "value: found 524289 bytes, allowed at most 524288");
  core::DeleteCommand erase;
  erase.base_revision = UINT64_MAX;  // One more would be 0.
  EXPECT_EQ(ErrorOf(erase), "base: found 18446744073709551615, allowed at most 2^53");
  core::GetCommand get;
  get.revision = kRevisionMax + 1;
  EXPECT_EQ(ErrorOf(get), "revision: found 9007199254740993, allowed at most 2^53");
}

TEST(CommandCheckTest, ATransactionWritesDistinctBlocksOfABoundedSize) {
  core::TransactCommand transact = GoodTransaction();
  transact.tail.bytes[0] = 9;
  EXPECT_EQ(ErrorOf(transact),
            "tail: found a block that is not written, allowed one of the writes'");
  transact = GoodTransaction();
  transact.writes[1].block = transact.writes[0].block;
  EXPECT_EQ(ErrorOf(transact), "writes: found a block twice, allowed each once");
  transact = GoodTransaction();
  transact.writes.push_back({.block = {}, .base_revision = 0, .erase = false, .value = {1}});
  EXPECT_EQ(ErrorOf(transact), "writes: found 1048577 bytes of contents, allowed at most 1048576");
  transact.writes.clear();
  EXPECT_EQ(ErrorOf(transact), "writes: found 0, allowed 1 to 32");
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
