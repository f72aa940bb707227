// Checkers of collections over transactions that the client code of collections makes, told as whole runs tell them.
#include "sim/observe/checkers/collection_checkers.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"
#include "tests/core/collections/block_store.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

constexpr uint32_t kReplica = 9;

template <typename Watching>
class CollectionFactTest : public testing::Test {
 protected:
  explicit CollectionFactTest(core::CollectionKind kind = core::CollectionKind::kDiary)
      : stored_({"c", kind}), kind_(kind) {
    world_.Use(stored_.suite());
  }

  void TellUser(uint32_t peer, UserDeed deed) {
    checker_.OnUserFact(world_, {world_.now, {peer}, std::move(deed)});
  }

  void Begin(uint64_t action, uint32_t peer = 1) {
    TellUser(peer, ActionBegun{stored_.header(), kind_, core::ActionOf(action)});
  }

  void End(uint64_t action, uint64_t sequence, core::ActionEnd end = core::ActionEnd::kCommitted) {
    TellUser(1, ActionEnded{stored_.header(), {core::ActionOf(action), end, sequence}});
  }

  // The user asks, and the peer submits it under the name.
  void Ask(uint64_t name, const core::ChangeSet& changes, uint32_t peer = 1) {
    TellUser(peer, ChangesAsked{stored_.header(), kind_, name,
                                std::make_shared<const core::ChangeSet>(changes)});
    world_.Tell(checker_, 1, peer, core::CallAttempt{name, TxOf(name), 1});
  }

  void Apply(uint64_t name, const core::ChangeSet& changes, uint32_t replica = kReplica) {
    core::RevisionApplied applied;
    applied.block = changes.writes[0].block;
    applied.revision = changes.writes[0].base_revision + 1;
    applied.by = TxOf(name);
    core::Bytes bytes;
    core::ContentBytes(changes.writes[0].value, bytes);
    applied.hash = {stored_.suite().Sha256(bytes)};
    world_.Tell(checker_, 2, replica, applied);
  }

  // A part of the transaction that the user has asked for by the name, for another collection.
  void AskToo(uint64_t name, const core::BlockId& other, const core::ChangeSet& changes) {
    TellUser(1, ChangesAsked{other, core::CollectionKind::kDiary, name,
                             std::make_shared<const core::ChangeSet>(changes)});
  }

  void Commit(uint64_t name, const core::ChangeSet& changes) {
    Ask(name, changes);
    Apply(name, changes);
  }

  void Append(uint64_t number) {
    ASSERT_TRUE(stored_.Append(number));
    Begin(number);
    Commit(number, stored_.last_changes());
  }

  static core::TxId TxOf(uint64_t name) {
    core::TxId id;
    id.bytes[0] = static_cast<uint8_t>(name);
    id.bytes[1] = static_cast<uint8_t>(name >> 8);
    return id;
  }

  FakeWorld world_{20};
  Watching checker_;
  core::StoredCollection stored_;
  core::CollectionKind kind_;
};

class LogChainTest : public CollectionFactTest<LogChainChecker> {};

TEST_F(LogChainTest, ALogOfSeveralBlocksHolds) {
  for (uint64_t i = 0; i < 20; ++i) Append(i);
  checker_.OnCheckpoint(world_);
  EXPECT_EQ(checker_.premises(), 0u);  // One block.
  for (uint64_t i = 20; i < 70; ++i) Append(i);
  checker_.OnCheckpoint(world_);
  EXPECT_EQ(checker_.premises(), 1u);
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.premises(), 1u);  // Nothing has changed since.
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(LogChainTest, AWrongHashOfThePredecessorIsFound) {
  for (uint64_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(stored_.Append(i));
    core::ChangeSet changes = stored_.last_changes();
    for (core::BlockWrite& write : changes.writes) {
      auto log = core::DecodeLogBlock(write.value);
      if (!log.ok() || !log->prior.has_value()) continue;
      log->prior->hash[3] ^= 1;
      write.value = core::Encode(*log);
    }
    Commit(i, changes);
  }
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->found, "log: prior_hash is not the hash of the predecessor");
}

TEST_F(LogChainTest, ATransactionCountsWhenAnHonestReplicaHoldsWhatItWrote) {
  ASSERT_TRUE(stored_.Append(0));
  core::ChangeSet changes = stored_.last_changes();
  changes.writes.resize(1);  // No log that holds.
  world_.dishonest.insert(kReplica);
  Commit(0, changes);
  core::RevisionApplied other;
  other.block = changes.writes[0].block;
  other.revision = 1;
  other.by = TxOf(0);
  world_.Tell(checker_, 3, 8, other);
  checker_.OnCheckpoint(world_);
  EXPECT_EQ(checker_.violations(), 0u);
  Apply(0, changes, 8);
  checker_.OnCheckpoint(world_);
  EXPECT_EQ(checker_.violations(), 1u);
}

class TreeRulesTest : public CollectionFactTest<TreeRulesChecker> {
 protected:
  TreeRulesTest() : CollectionFactTest(core::CollectionKind::kTree) {}
};

class ReplayCheckerTest : public CollectionFactTest<ReplayChecker> {
 protected:
  ReplayCheckerTest() : CollectionFactTest(core::CollectionKind::kTree) {}
};

// One key, as an action of its own.
core::ChangeSet Put(core::StoredCollection& stored, uint64_t number) {
  core::Bytes key;
  core::CanonicalWriter(key).U64(number);
  const std::vector<core::TreeEdit> edits = {
      {.kind = core::TreeEdit::Kind::kPut, .key = key, .value = {1, 2}}};
  EXPECT_TRUE(stored.Act(core::ActionOf(number), core::EncodeEdits(edits).value(),
                         [&](core::Draft& draft) { (void)core::ApplyEdits(draft, edits); }));
  return stored.last_changes();
}

void EditLeaves(core::ChangeSet& changes, void (*edit)(core::TreeNode&)) {
  for (core::BlockWrite& write : changes.writes) {
    auto node = core::DecodeNode(write.value);
    if (!node.ok() || !node->leaf()) continue;
    edit(*node);
    write.value = core::Encode(*node);
  }
}

TEST_F(TreeRulesTest, EachCommitIsJudgedAndALoneLeafIsNoPremise) {
  for (uint64_t i = 0; i < 64; ++i) Commit(i, Put(stored_, i));
  EXPECT_EQ(checker_.premises(), 0u);
  for (uint64_t i = 64; i < 74; ++i) Commit(i, Put(stored_, i));
  EXPECT_EQ(checker_.premises(), 10u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(TreeRulesTest, AThinLeafIsFound) {
  for (uint64_t i = 0; i < 64; ++i) Commit(i, Put(stored_, i));
  core::ChangeSet changes = Put(stored_, 64);
  EditLeaves(changes, [](core::TreeNode& leaf) { leaf.entries.resize(3); });
  Commit(64, changes);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->found, "tree: a node other than the root is less than half full");
}

TEST_F(TreeRulesTest, ATransactionWaitsForTheOneThatItStandsOn) {
  for (uint64_t i = 0; i < 64; ++i) Commit(i, Put(stored_, i));
  const core::ChangeSet split = Put(stored_, 64);
  const core::ChangeSet next = Put(stored_, 65);
  Ask(64, split);
  Commit(65, next);
  EXPECT_EQ(checker_.premises(), 0u);
  Apply(64, split);
  EXPECT_EQ(checker_.premises(), 1u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(ReplayCheckerTest, TheLogMakesTheTree) {
  for (uint64_t i = 0; i < 80; ++i) Commit(i, Put(stored_, i));
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.premises(), 1u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(ReplayCheckerTest, AnEditThatTheLogDoesNotSpeakOfIsFound) {
  for (uint64_t i = 0; i < 9; ++i) Commit(i, Put(stored_, i));
  core::ChangeSet changes = Put(stored_, 9);
  EditLeaves(changes, [](core::TreeNode& leaf) { leaf.entries[2].value = {7}; });
  Commit(9, changes);
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->found, "replay: a block of the tree is not what the log makes");
}

class EntryTest : public CollectionFactTest<EntryChecker> {};

TEST_F(EntryTest, TwoCreatorsOneHeaderAndEveryEntryHolds) {
  ASSERT_TRUE(stored_.Append(7));
  Begin(7);
  Begin(8, 2);
  Ask(7, stored_.last_changes());
  Ask(8, stored_.last_changes(), 2);  // The other one's, which loses.
  Apply(7, stored_.last_changes());
  End(7, 0);
  Append(8);
  End(8, 1);
  Begin(9);  // Its user never hears of it again.
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.premises(), 1u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(EntryTest, ALostEntryIsFound) {
  Append(0);
  End(0, 0);
  Begin(1);
  End(1, 1);
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->expected, "committed, at sequence 1");
  EXPECT_EQ(checker_.first()->found, "not in the log");
}

TEST_F(EntryTest, AnEntryAtAnotherPlaceIsFound) {
  Append(0);
  End(0, 1);
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->found, "committed, at sequence 0");
}

TEST_F(EntryTest, WhatWasRefusedDoesNotStandInTheLog) {
  Append(0);
  End(0, 0, core::ActionEnd::kRefused);
  Begin(1);
  End(1, 0, core::ActionEnd::kDropped);
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.violations(), 1u);
}

TEST_F(EntryTest, AnActionThatNobodyBeganIsFound) {
  Append(0);
  ASSERT_TRUE(stored_.Append(1));
  Commit(1, stored_.last_changes());
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->expected, "an action that somebody began");
}

// An entry that names another collection as one that shares it.
core::ChangeSet AppendShared(core::StoredCollection& stored, uint64_t number,
                             const core::BlockId& other) {
  core::BlockSet fetched;
  const core::Draft draft = stored.Run(fetched, [&](core::Draft& d) {
    d.BeginAction(core::ActionOf(number));
    core::CreateIfAbsent(d, {.name = "c"});
    core::LogAction action;
    action.id = core::ActionOf(number);
    action.collections = {other};
    if (d.ok()) core::AppendAction(d, std::move(action), 1000, {});
  });
  EXPECT_TRUE(draft.ok());
  return draft.Changes({});
}

TEST_F(EntryTest, AnActionOverTwoCollectionsStandsInBoth) {
  core::StoredCollection other({"d"});
  const core::ChangeSet mine = AppendShared(stored_, 0, other.header());
  Begin(0);
  TellUser(1, ActionBegun{other.header(), core::CollectionKind::kDiary, core::ActionOf(0)});
  Ask(0, mine);
  AskToo(0, other.header(), AppendShared(other, 0, stored_.header()));
  Apply(0, mine);  // A replica of one of them is enough.
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.premises(), 2u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(EntryTest, AnActionThatIsMissingInOneOfItsCollectionsIsFound) {
  const core::StoredCollection other({"d"});
  Begin(0);
  Commit(0, AppendShared(stored_, 0, other.header()));
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.violations(), 1u);
  EXPECT_EQ(checker_.first()->found, "not in the log");
}

class ReadSetTest : public CollectionFactTest<ReadSetChecker> {
 protected:
  ReadSetTest() : CollectionFactTest(core::CollectionKind::kTree) {}

  // One key more, behind a look at the first one, which no action but the first writes.
  core::ChangeSet PutWithALook(uint64_t number, bool named) {
    core::Bytes key;
    core::CanonicalWriter(key).U64(number);
    const core::Bytes first(key.size(), 0);
    const std::vector<core::TreeEdit> edits = {
        {.kind = core::TreeEdit::Kind::kExpect, .key = first, .value = {1, 2}},
        {.kind = core::TreeEdit::Kind::kPut, .key = key, .value = {1, 2}}};
    const std::span<const core::TreeEdit> done = std::span(edits).subspan(named ? 0 : 1);
    EXPECT_TRUE(stored_.Act(core::ActionOf(number), core::EncodeEdits(edits).value(),
                            [&](core::Draft& draft) { (void)core::ApplyEdits(draft, done); }));
    return stored_.last_changes();
  }
};

TEST_F(ReadSetTest, LookupsInOtherLeavesArePremises) {
  for (uint64_t i = 0; i < 70; ++i) Commit(i, Put(stored_, i));
  for (uint64_t i = 70; i < 73; ++i) Commit(i, PutWithALook(i, true));
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.premises(), 3u);
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(ReadSetTest, WithoutLookupsItIsVacuous) {
  for (uint64_t i = 0; i < 70; ++i) Commit(i, Put(stored_, i));
  checker_.OnEnd(world_);
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
}

TEST_F(ReadSetTest, ALeafThatTheEntryDoesNotNameIsFound) {
  for (uint64_t i = 0; i < 70; ++i) Commit(i, Put(stored_, i));
  Commit(70, PutWithALook(70, false));
  checker_.OnEnd(world_);
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->found,
            "reads: an action leaves out the leaf that answers for one of its keys");
}

}  // namespace
}  // namespace sim
