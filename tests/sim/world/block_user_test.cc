#include "sim/world/block_user.h"

#include <set>

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"
#include "tests/core/identities.h"

namespace sim {
namespace {

BlockOperation Blocks(uint32_t blocks, uint32_t writes, uint32_t bytes,
                      std::optional<uint64_t> base = {}, uint32_t tries = 1) {
  BlockOperation operation;
  operation.blocks = blocks;
  operation.writes = writes;
  operation.bytes = bytes;
  operation.base = base;
  operation.tries = tries;
  return operation;
}

class BlockUserTest : public testing::Test {
 protected:
  BlockUserTest() { context_.suite = &suite_; }

  // Of operation 0, the only one.
  BlockUser Asked(core::Command command, BlockOperation blocks) {
    blocks.block = "b";
    scenario_.workload.clear();
    Operation& operation = scenario_.workload.emplace_back();
    operation.who = RangeOf(0, 1);
    operation.on_blocks = blocks;
    operation.command = std::move(command);
    BlockUser user(scenario_, context_, core::PeerId{4});
    user.Begin(0, WorldTime{1'000});
    return user;
  }

  template <typename Call>
  static Call Take(BlockUser& user) {
    const auto command = user.TakeCall();
    EXPECT_TRUE(command.has_value() && std::holds_alternative<Call>(*command));
    return command.has_value() && std::holds_alternative<Call>(*command) ? std::get<Call>(*command)
                                                                         : Call{};
  }

  static void Answer(BlockUser& user, uint64_t request, core::CallOutcome outcome,
                     uint64_t revision = 0, core::BlockId block = {}) {
    core::CallFinished finished;
    finished.request = request;
    finished.block = block;
    finished.outcome = outcome;
    finished.revision = revision;
    const core::Observation answer = finished;
    user.Observe({&answer, 1});
  }

  core::ModelledSuite suite_{{}};
  core::Context context_;
  Scenario scenario_;
};

TEST_F(BlockUserTest, APutAsksForTheRevisionAndWritesOnTopOfIt) {
  BlockUser user = Asked(core::PutCommand{}, Blocks(1, 1, 100));
  const auto question = Take<core::RevisionCommand>(user);
  EXPECT_EQ(question.block, BlockNamed(context_, "b"));
  EXPECT_FALSE(user.TakeCall().has_value());
  Answer(user, question.request, core::CallOutcome::kFound, 7, question.block);
  const auto put = Take<core::PutCommand>(user);
  EXPECT_EQ(put.base_revision, 7u);
  EXPECT_EQ(put.value.size(), 100u);
  EXPECT_EQ(user.open(), 1u);
  Answer(user, put.request, core::CallOutcome::kCommitted, 8);
  EXPECT_EQ(user.open(), 0u);
}

TEST_F(BlockUserTest, ALostWriteBeginsAgainAsOftenAsItMay) {
  BlockUser user = Asked(core::PutCommand{}, Blocks(1, 1, 16, {}, 2));
  auto question = Take<core::RevisionCommand>(user);
  Answer(user, question.request, core::CallOutcome::kFound, 1, question.block);
  const auto first = Take<core::PutCommand>(user);
  Answer(user, first.request, core::CallOutcome::kConflict);
  question = Take<core::RevisionCommand>(user);
  Answer(user, question.request, core::CallOutcome::kFound, 2, question.block);
  const auto second = Take<core::PutCommand>(user);
  EXPECT_EQ(second.base_revision, 2u);
  EXPECT_NE(second.value, first.value);
  Answer(user, second.request, core::CallOutcome::kStale, 3);
  EXPECT_FALSE(user.TakeCall().has_value());
  EXPECT_EQ(user.open(), 0u);
}

TEST_F(BlockUserTest, AGivenBaseIsNotAskedFor) {
  BlockUser user = Asked(core::DeleteCommand{}, Blocks(1, 1, 0, 5));
  EXPECT_EQ(Take<core::DeleteCommand>(user).base_revision, 5u);
}

TEST_F(BlockUserTest, ATransactionWritesDifferentBlocksOnTopOfWhatEachHas) {
  BlockUser user = Asked(core::TransactCommand{}, Blocks(4, 3, 16));
  std::vector<core::RevisionCommand> questions;
  for (int i = 0; i < 3; ++i) questions.push_back(Take<core::RevisionCommand>(user));
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(user.TakeCall().has_value());
    Answer(user, questions[i].request, core::CallOutcome::kFound, 10 + i, questions[i].block);
  }
  const auto transact = Take<core::TransactCommand>(user);
  ASSERT_EQ(transact.writes.size(), 3u);
  std::set<core::BlockId> blocks;
  std::set<core::Bytes> values;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(transact.writes[i].block, questions[i].block);
    EXPECT_EQ(transact.writes[i].base_revision, 10 + i);
    blocks.insert(transact.writes[i].block);
    values.insert(transact.writes[i].value);
  }
  EXPECT_EQ(blocks.size(), 3u);
  EXPECT_EQ(transact.tail, *blocks.begin());
  EXPECT_EQ(values.size(), 3u);
}

TEST_F(BlockUserTest, AQuestionWithoutAnAnswerEndsTheOperation) {
  BlockUser user = Asked(core::TransactCommand{}, Blocks(4, 2, 16));
  const auto first = Take<core::RevisionCommand>(user);
  const auto second = Take<core::RevisionCommand>(user);
  Answer(user, first.request, core::CallOutcome::kUnavailable);
  EXPECT_EQ(user.open(), 0u);
  Answer(user, second.request, core::CallOutcome::kFound, 1, second.block);
  EXPECT_FALSE(user.TakeCall().has_value());
}

TEST_F(BlockUserTest, ACrashTakesTheOperationsButNotTheMarks) {
  BlockUser user = Asked(core::PutCommand{}, Blocks(1, 1, 16, 0));
  const auto before = Take<core::PutCommand>(user);
  user.Forget();
  EXPECT_EQ(user.open(), 0u);
  Answer(user, before.request, core::CallOutcome::kConflict);
  EXPECT_FALSE(user.TakeCall().has_value());
  user.Begin(0, WorldTime{1'000});
  EXPECT_NE(Take<core::PutCommand>(user).value, before.value);
}

}  // namespace
}  // namespace sim
