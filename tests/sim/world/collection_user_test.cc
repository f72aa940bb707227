#include "sim/world/collection_user.h"

#include <gtest/gtest.h>

#include "core/collections/tree_edits.h"
#include "core/crypto/modelled_suite.h"
#include "tests/core/collections/block_store.h"

namespace sim {
namespace {

constexpr core::Time kNow{1'000'000};

core::CallFinished Finished(uint64_t request, core::CallOutcome outcome) {
  core::CallFinished finished;
  finished.request = request;
  finished.outcome = outcome;
  return finished;
}

template <typename Deed>
std::vector<Deed> Only(const std::vector<UserDeed>& deeds) {
  std::vector<Deed> only;
  for (const UserDeed& deed : deeds) {
    if (const auto* one = std::get_if<Deed>(&deed)) only.push_back(*one);
  }
  return only;
}

// Users whose calls are answered by hand from one store.
class CollectionUserTest : public testing::Test {
 protected:
  CollectionUserTest() {
    context_.suite = &suite_;
    scenario_.workload.resize(4);
    CollectionOperation append;
    append.collection = "c";
    append.bytes = 20;
    scenario_.workload[0].on_collections = {append};
    CollectionOperation insert = append;
    insert.kind = CollectionOperation::Kind::kInsert;
    insert.collection = "t";
    insert.keys = 10;
    insert.count = 10;
    scenario_.workload[1].on_collections = {insert};
    scenario_.workload[2].on_collections = {append, insert};
    insert.count = 2;
    insert.absent = 3;
    scenario_.workload[3].on_collections = {insert};
  }

  CollectionUser User(uint32_t self) { return {scenario_, context_, core::PeerId{self}}; }

  static void Observe(CollectionUser& user, const core::Observation& observation) {
    user.Observe({&observation, 1}, kNow);
  }

  void Answer(CollectionUser& user, const core::Command& command) {
    if (const auto* get = std::get_if<core::GetCommand>(&command)) {
      const core::FetchedBlock block = store_.Read(get->block);
      if (block.bytes.has_value()) {
        core::BlockRead read;
        read.request = get->request;
        read.value = *block.bytes;
        Observe(user, read);
      }
      core::CallFinished finished = Finished(get->request, core::CallOutcome::kFound);
      finished.revision = block.revision;
      return Observe(user, finished);
    }
    const auto& transact = std::get<core::TransactCommand>(command);
    core::ChangeSet changes;
    changes.writes = transact.writes;
    const bool done = store_.Apply(changes);
    Observe(user, Finished(transact.request,
                           done ? core::CallOutcome::kCommitted : core::CallOutcome::kStale));
  }

  void AnswerAll(CollectionUser& user) {
    while (auto command = user.TakeCall()) Answer(user, *command);
  }

  core::ModelledSuite suite_{{}};
  core::Context context_;
  Scenario scenario_;
  core::BlockStore store_;
};

TEST_F(CollectionUserTest, AnAppendBecomesOneTransactionAndItsEndIsTold) {
  CollectionUser user = User(4);
  user.Begin(0, kNow);
  AnswerAll(user);
  const std::vector<UserDeed> deeds = user.TakeDeeds();
  const auto begun = Only<ActionBegun>(deeds);
  const auto asked = Only<ChangesAsked>(deeds);
  const auto ended = Only<ActionEnded>(deeds);
  ASSERT_EQ(begun.size(), 1u);
  ASSERT_EQ(asked.size(), 1u);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_GE(asked[0].request, CollectionUser::kFirstRequest);
  EXPECT_EQ(asked[0].changes->writes.size(), 2u);
  EXPECT_EQ(ended[0].report.id, begun[0].action);
  EXPECT_EQ(ended[0].report.end, core::ActionEnd::kCommitted);
  EXPECT_EQ(ended[0].report.sequence, 0u);
  EXPECT_TRUE(user.TakeDeeds().empty());
}

TEST_F(CollectionUserTest, OfTwoThatCreateACollectionOneAdoptsTheOthers) {
  CollectionUser first = User(4);
  CollectionUser second = User(5);
  first.Begin(0, kNow);
  second.Begin(0, kNow);
  Answer(first, *first.TakeCall());
  Answer(second, *second.TakeCall());
  AnswerAll(first);
  AnswerAll(second);
  EXPECT_TRUE(Only<ActionEnded>(second.TakeDeeds()).empty());
  ASSERT_LT(second.NextDeadline(), core::Time::Never());
  second.OnDeadline(second.NextDeadline());
  AnswerAll(second);
  const auto ended = Only<ActionEnded>(second.TakeDeeds());
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].report.end, core::ActionEnd::kCommitted);
  EXPECT_EQ(ended[0].report.sequence, 1u);
}

TEST_F(CollectionUserTest, AnInsertOfKeysThatAreThereIsRefused) {
  CollectionUser user = User(4);
  user.Begin(1, kNow);
  AnswerAll(user);
  user.Begin(1, kNow);
  AnswerAll(user);
  const auto ended = Only<ActionEnded>(user.TakeDeeds());
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].report.end, core::ActionEnd::kCommitted);
  EXPECT_EQ(ended[1].report.end, core::ActionEnd::kRefused);
}

TEST_F(CollectionUserTest, AnOperationOnTwoCollectionsIsOneTransaction) {
  CollectionUser user = User(4);
  user.Begin(2, kNow);
  size_t transactions = 0;
  while (auto command = user.TakeCall()) {
    transactions += std::holds_alternative<core::TransactCommand>(*command) ? 1 : 0;
    Answer(user, *command);
  }
  EXPECT_EQ(transactions, 1u);
  const std::vector<UserDeed> deeds = user.TakeDeeds();
  const auto begun = Only<ActionBegun>(deeds);
  const auto asked = Only<ChangesAsked>(deeds);
  const auto ended = Only<ActionEnded>(deeds);
  ASSERT_EQ(begun.size(), 2u);
  ASSERT_EQ(asked.size(), 2u);
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_NE(begun[0].collection, begun[1].collection);
  EXPECT_EQ(begun[0].action, begun[1].action);
  EXPECT_EQ(asked[0].request, asked[1].request);
  EXPECT_EQ(asked[0].changes->writes.size(), 2u) << "of a diary";
  EXPECT_EQ(asked[1].changes->writes.size(), 4u) << "of a tree";
  for (const ActionEnded& end : ended) EXPECT_EQ(end.report.end, core::ActionEnd::kCommitted);
}

TEST_F(CollectionUserTest, WhatOneOfTwoCollectionsRefusesIsInNeither) {
  CollectionUser user = User(4);
  user.Begin(1, kNow);
  AnswerAll(user);
  EXPECT_FALSE(user.TakeDeeds().empty());
  user.Begin(2, kNow);
  AnswerAll(user);
  const auto ended = Only<ActionEnded>(user.TakeDeeds());
  ASSERT_EQ(ended.size(), 2u);
  for (const ActionEnded& end : ended) EXPECT_EQ(end.report.end, core::ActionEnd::kRefused);
  user.Begin(0, kNow);
  AnswerAll(user);
  const auto appended = Only<ActionEnded>(user.TakeDeeds());
  ASSERT_EQ(appended.size(), 1u);
  EXPECT_EQ(appended[0].report.sequence, 0u) << "the first entry of the diary";
}

TEST_F(CollectionUserTest, KeysThatMustBeAbsentAreLookedUpAndNotInserted) {
  CollectionUser user = User(4);
  user.Begin(3, kNow);
  AnswerAll(user);
  const auto asked = Only<ChangesAsked>(user.TakeDeeds());
  ASSERT_EQ(asked.size(), 1u);
  size_t edits = 0;
  for (const core::BlockWrite& write : asked[0].changes->writes) {
    if (const auto leaf = core::DecodeNode(write.value); leaf.ok()) {
      EXPECT_EQ(leaf->entries.size(), 2u);
    }
    const auto log = core::DecodeLogBlock(write.value);
    if (!log.ok()) continue;
    edits = core::DecodeEdits(std::get<core::LogAction>(log->entries[0].body).payload)->size();
  }
  EXPECT_EQ(edits, 5u);
}

TEST_F(CollectionUserTest, ACrashTakesAnActionOverTwoCollectionsToo) {
  CollectionUser user = User(4);
  user.Begin(2, kNow);
  user.Forget();
  EXPECT_FALSE(user.TakeCall().has_value());
  user.Begin(2, kNow);
  AnswerAll(user);
  EXPECT_EQ(Only<ActionEnded>(user.TakeDeeds()).size(), 2u);
}

TEST_F(CollectionUserTest, ACrashTakesWhatIsPendingButNotTheNumbers) {
  CollectionUser user = User(4);
  user.Begin(0, kNow);
  const auto before = std::get<core::GetCommand>(*user.TakeCall());
  user.Forget();
  Observe(user, Finished(before.request, core::CallOutcome::kFound));
  EXPECT_FALSE(user.TakeCall().has_value());
  EXPECT_EQ(user.NextDeadline(), core::Time::Never());
  user.Begin(0, kNow);
  EXPECT_GT(std::get<core::GetCommand>(*user.TakeCall()).request, before.request);
  AnswerAll(user);
}

TEST_F(CollectionUserTest, WhatASyncGaveUpIsTakenUpAgainAfterARest) {
  CollectionUser user = User(4);
  user.Begin(0, kNow);
  std::vector<UserDeed> deeds;
  core::Time now = kNow;
  while (true) {
    const auto get = std::get<core::GetCommand>(*user.TakeCall());
    const core::Observation away = Finished(get.request, core::CallOutcome::kUnavailable);
    user.Observe({&away, 1}, now);
    deeds = user.TakeDeeds();
    if (!Only<SyncFailed>(deeds).empty()) break;
    now = user.NextDeadline();
    user.OnDeadline(now);
  }
  EXPECT_EQ(Only<SyncFailed>(deeds)[0].end, core::SyncEnd::kGaveUp);
  EXPECT_EQ(user.NextDeadline(), now + CollectionUser::kRest);
  user.OnDeadline(user.NextDeadline());
  AnswerAll(user);
  EXPECT_EQ(Only<ActionEnded>(user.TakeDeeds()).size(), 1u);
}

}  // namespace
}  // namespace sim
