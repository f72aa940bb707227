#include "sim/world/collection_user.h"

#include <gtest/gtest.h>

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
    scenario_.workload.resize(2);
    CollectionOperation append;
    append.collection = "c";
    append.bytes = 20;
    scenario_.workload[0].on_collection = append;
    CollectionOperation insert = append;
    insert.kind = CollectionOperation::Kind::kInsert;
    insert.collection = "t";
    insert.keys = 10;
    insert.count = 10;
    scenario_.workload[1].on_collection = insert;
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
