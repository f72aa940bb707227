#include "core/collections/collection.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/collections/collection_world.h"

namespace core {
namespace {

using Kind = TreeEdit::Kind;

Bytes KeyOf(uint64_t number) {
  return {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

TreeEdit EditOf(Kind kind, uint64_t key, std::string_view value = "") {
  return {.kind = kind, .key = KeyOf(key), .value = BytesFrom(value)};
}

TEST(CollectionTest, TheFirstSyncCreatesTheCollectionInOneTransaction) {
  CollectionWorld world({.clients = 1});
  const ActionId id = world.Act(0, {EditOf(Kind::kInsert, 1, "a")});
  EXPECT_EQ(world.store().live(), 0u) << "nothing is written before a sync";
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.transactions(), 1u);
  ASSERT_EQ(world.reports().count(id), 1u);
  EXPECT_EQ(world.reports().at(id).end, ActionEnd::kCommitted);
  EXPECT_EQ(world.reports().at(id).sequence, 0u);
  EXPECT_EQ(world.store().live(), 4u) << "header, log block, trunk, leaf";
  EXPECT_EQ(world.Fault(), "");
  ASSERT_EQ(world.ends(0).size(), 1u);
  EXPECT_EQ(world.ends(0)[0], SyncEnd::kDone);
}

TEST(CollectionTest, LocalActionsAreSeenBeforeTheyAreSynced) {
  CollectionWorld world({.clients = 2});
  world.Act(0, {EditOf(Kind::kInsert, 1, "a")});
  EXPECT_FALSE(world.Find(0, KeyOf(1)).known) << "nobody knows yet whether there is a collection";
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Find(0, KeyOf(1)).value, BytesFrom("a"));
  EXPECT_TRUE(world.Find(0, KeyOf(2)).known);
  EXPECT_FALSE(world.Find(0, KeyOf(2)).value.has_value());
  world.Refresh(1);
  ASSERT_TRUE(world.Settle());
  EXPECT_TRUE(world.Find(1, KeyOf(1)).known);
  EXPECT_FALSE(world.Find(1, KeyOf(1)).value.has_value()) << "not synced";
}

TEST(CollectionTest, OthersReadWhatWasSynced) {
  CollectionWorld world({.clients = 2});
  for (uint64_t i = 0; i < 30; ++i) world.Act(0, {EditOf(Kind::kInsert, i, "a")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.transactions(), 2u) << "sixteen actions at most in one";
  world.Refresh(1);
  ASSERT_TRUE(world.Settle());
  (void)world.Find(1, KeyOf(7));
  ASSERT_TRUE(world.Settle());
  (void)world.Find(1, KeyOf(7));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Find(1, KeyOf(7)).value, BytesFrom("a"));
  EXPECT_EQ(world.client(1).next_sequence(), 30u);
  EXPECT_EQ(world.Fault(), "");
}

// CO-4.
TEST(CollectionTest, ConcurrentCreationEndsWithOneHeader) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CollectionWorld world({.seed = seed, .clients = 5});
    for (size_t i = 0; i < 5; ++i) {
      world.Act(i, {EditOf(Kind::kInsert, i, "a")});
      world.Sync(i);
    }
    ASSERT_TRUE(world.Calm());
    ASSERT_EQ(world.Fault(), "") << seed;
    EXPECT_EQ(world.CountOf(ActionEnd::kCommitted), 5u);
    EXPECT_EQ(world.client(0).next_sequence(), 5u);
  }
}

TEST(CollectionTest, AStaleTryIsPlayedAgainOnTheNewState) {
  CollectionWorld world({.clients = 2});
  world.Act(0, {EditOf(Kind::kInsert, 1, "a")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  world.Refresh(1);
  ASSERT_TRUE(world.Settle());
  world.Act(0, {EditOf(Kind::kUpdate, 1, "b")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  const ActionId id = world.Act(1, {EditOf(Kind::kExpect, 1, "b"), EditOf(Kind::kUpdate, 1, "c")});
  world.Sync(1);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.reports().at(id).end, ActionEnd::kCommitted);
  EXPECT_EQ(world.reports().at(id).sequence, 2u);
  EXPECT_EQ(world.Fault(), "");
}

TEST(CollectionTest, AConditionThatFailsRefusesTheWholeActionAndNoOther) {
  CollectionWorld world({.clients = 1});
  const ActionId good = world.Act(0, {EditOf(Kind::kInsert, 1, "a")});
  const ActionId bad = world.Act(0, {EditOf(Kind::kPut, 2, "x"), EditOf(Kind::kExpect, 1, "b")});
  const ActionId later = world.Act(0, {EditOf(Kind::kInsert, 3, "c")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.reports().at(good).end, ActionEnd::kCommitted);
  EXPECT_EQ(world.reports().at(bad).end, ActionEnd::kRefused);
  EXPECT_EQ(world.reports().at(later).end, ActionEnd::kCommitted);
  EXPECT_FALSE(world.Find(0, KeyOf(2)).value.has_value());
  EXPECT_EQ(world.Fault(), "");
}

TEST(CollectionTest, FirstChangeWinsDropsTheLaterOne) {
  const FirstChangeWins rule;
  CollectionWorld world({.clients = 2, .rule = &rule});
  world.Act(0, {EditOf(Kind::kPut, 1, "a")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  world.Refresh(1);
  ASSERT_TRUE(world.Settle());
  world.Act(0, {EditOf(Kind::kPut, 1, "b")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  const ActionId collides = world.Act(1, {EditOf(Kind::kPut, 1, "c")});
  const ActionId elsewhere = world.Act(1, {EditOf(Kind::kPut, 2, "c")});
  world.Sync(1);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.reports().at(collides).end, ActionEnd::kDropped);
  EXPECT_EQ(world.reports().at(elsewhere).end, ActionEnd::kCommitted);
  EXPECT_EQ(world.Fault(), "");
}

// A rule that merges: an amount that others changed meanwhile is added to, not overwritten.
class MergeByAppending : public ConflictRule {
 public:
  Verdict Filter(Bytes& mine, const LogAction& theirs) const override {
    mine.insert(mine.end(), theirs.payload.begin(), theirs.payload.end());
    return Verdict::kReplay;
  }
};

TEST(CollectionTest, ARuleMayMerge) {
  const MergeByAppending rule;
  CollectionWorld world({.clients = 2, .kind = CollectionKind::kDiary, .rule = &rule});
  world.Refresh(1);
  ASSERT_TRUE(world.Settle());
  world.ActRaw(0, BytesFrom("x"));
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  const ActionId id = world.ActRaw(1, BytesFrom("y"));
  world.Sync(1);
  ASSERT_TRUE(world.Settle());
  Draft view(world.suite(), world.store().blocks(), world.header());
  LogReader reader(1, Direction::kForward);
  const LogEntry entry = reader.Next(view).value();
  EXPECT_EQ(std::get<LogAction>(entry.body).id, id);
  EXPECT_EQ(std::get<LogAction>(entry.body).payload, BytesFrom("yx"));
}

TEST(CollectionTest, PayloadsThatCannotBeAreRefusedAtOnce) {
  const SodiumSuite suite;
  const ReplayAll rule;
  Collection tree(suite, CollectionTestNetwork(), {.name = "t", .kind = CollectionKind::kTree},
                  rule, {.pending_max = 1});
  EXPECT_EQ(tree.Act(ActionOf(1), BytesFrom("no edits")).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.Act(ActionOf(1), Bytes(kPayloadBytesMax + 1)).code(),
            absl::StatusCode::kInvalidArgument);
  const Bytes good = EncodeEdits(std::vector<TreeEdit>{EditOf(Kind::kPut, 1, "a")}).value();
  EXPECT_TRUE(tree.Act(ActionOf(1), good).ok());
  EXPECT_EQ(tree.Act(ActionOf(2), good).code(), absl::StatusCode::kResourceExhausted);
}

TEST(CollectionTest, AfterTenTriesItGivesUpAndKeepsTheActions) {
  CollectionWorld world({.clients = 1, .faults = {.percent = 100}});
  world.Act(0, {EditOf(Kind::kPut, 1, "a")});
  const Time start = world.now();
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  ASSERT_EQ(world.ends(0).size(), 1u);
  EXPECT_EQ(world.ends(0)[0], SyncEnd::kGaveUp);
  EXPECT_EQ(world.client(0).pending_count(), 1u);
  // 100 ms doubled to 5 s, ten times, each between the half and the whole.
  EXPECT_GT(world.now() - start, Seconds(26) / 2);
  EXPECT_LT(world.now() - start, Seconds(30));
  ASSERT_TRUE(world.Calm());
  EXPECT_EQ(world.Fault(), "");
  EXPECT_EQ(world.CountOf(ActionEnd::kCommitted), 1u);
}

TEST(CollectionTest, DamagedBlocksEndTheSyncWithTheReason) {
  CollectionWorld world({.clients = 2});
  world.Act(0, {EditOf(Kind::kPut, 1, "a")});
  world.Sync(0);
  ASSERT_TRUE(world.Settle());
  world.store().blocks()[world.header()].bytes = BytesFrom("garbage");
  world.Act(1, {EditOf(Kind::kPut, 2, "a")});
  world.Sync(1);
  ASSERT_TRUE(world.Settle());
  ASSERT_EQ(world.ends(1).size(), 1u);
  EXPECT_EQ(world.ends(1)[0], SyncEnd::kDamaged);
  EXPECT_EQ(MessageOf(world.client(1).damage()), "block: not of the expected kind");
}

// Invariant 3. A leaf as it was before an entry that the client has read: the condition would hold
// there, and the transaction would pass, because the leaf is not written.
TEST(CollectionTest, AnAnswerOlderThanTheLogSaysIsNotUsed) {
  StoredCollection tree({.name = "Registrants", .kind = CollectionKind::kTree});
  ASSERT_TRUE(tree.Act(ActionOf(1), {}, [](Draft& draft) {
    for (uint64_t i = 0; i < 100; ++i) PutIntoTree(draft, KeyOf(i), BytesFrom("old"));
  }));
  const BlockSet before = tree.store().blocks();
  ASSERT_TRUE(tree.Act(ActionOf(2), {},
                       [](Draft& draft) { PutIntoTree(draft, KeyOf(1), BytesFrom("new")); }));
  const ReplayAll rule;
  Collection client(tree.suite(), CollectionTestNetwork(),
                    {.name = "Registrants", .kind = CollectionKind::kTree}, rule);
  CollectionWishes wishes;
  Random random(StreamKey{.seed = 1});
  Time now{1'000'000};
  const auto moment = [&] {
    return CollectionMoment{.now = now, .random = random, .wishes = wishes};
  };
  size_t fetched = 0;
  // Answers every wish: nodes as they were before, or as they are.
  const auto serve = [&](bool old_nodes) {
    while (!wishes.fetches.empty()) {
      const FetchWish wish = wishes.fetches.back();
      wishes.fetches.pop_back();
      const FetchedBlock block = tree.store().Read(wish.block);
      const bool node = DecodeNode(*block.bytes).ok();
      client.OnBlock(moment(), wish.ticket, node && old_nodes ? before.at(wish.block) : block);
      ++fetched;
    }
  };
  const std::vector<TreeEdit> edits = {EditOf(Kind::kExpect, 1, "old"),
                                       EditOf(Kind::kUpdate, 99, "seen")};
  ASSERT_TRUE(client.Act(ActionOf(3), EncodeEdits(edits).value()).ok());
  client.Sync(moment());
  serve(true);
  EXPECT_EQ(client.phase(), Collection::Phase::kWaiting);
  EXPECT_EQ(fetched, 5u) << "header, tail, trunk, root, and the leaf that is too old";
  EXPECT_TRUE(wishes.transactions.empty());
  now = client.NextDeadline();
  client.OnDeadline(moment());
  serve(false);
  EXPECT_TRUE(wishes.transactions.empty());
  ASSERT_EQ(wishes.reports.size(), 1u);
  EXPECT_EQ(wishes.reports[0].end, ActionEnd::kRefused);
  EXPECT_EQ(wishes.ended, SyncEnd::kDone);
}

// Random work: puts, conditional updates and erasures on few keys, so that clients meet.
void Work(CollectionWorld& world, size_t actions, uint64_t keys) {
  while (world.actions() < actions) {
    const size_t client = world.random().Below(world.size());
    const uint64_t key = world.random().Below(keys);
    const uint64_t kind = 1 + world.random().Below(4);
    const std::string value(1 + world.random().Below(3), 'v');
    std::vector<TreeEdit> edits = {EditOf(static_cast<Kind>(kind), key, kind == 4 ? "" : value)};
    if (world.random().Below(4) == 0) {
      edits.push_back(EditOf(Kind::kPut, world.random().Below(keys), value));
    }
    // Conditions on keys that are not written: what a stale leaf would make wrong.
    if (world.random().Below(2) == 0) {
      edits.push_back(EditOf(Kind::kExpectAbsent, world.random().Below(keys)));
    } else if (world.random().Below(2) == 0) {
      edits.push_back(EditOf(Kind::kExpect, world.random().Below(keys), "v"));
    }
    if (world.client(client).pending_count() < 20) world.Act(client, edits);
    if (world.random().Below(3) == 0) world.Sync(client);
    for (uint64_t i = world.random().Below(12); i > 0; --i) world.Step();
  }
}

RC_GTEST_PROP(CollectionTest, ClientsThatMeetLoseNothing, (uint64_t seed)) {
  CollectionWorld world({.seed = seed, .clients = 2 + seed % 4});
  Work(world, 120, 200);
  RC_ASSERT(world.Calm());
  RC_ASSERT(world.Fault() == "");
  RC_ASSERT(world.CountOf(ActionEnd::kCommitted) > 20);
}

RC_GTEST_PROP(CollectionTest, ClientsThatMeetLoseNothingWhenAnswersAreLost, (uint64_t seed)) {
  CollectionWorld world({.seed = seed, .clients = 2 + seed % 4, .faults = {.percent = 30}});
  Work(world, 120, 200);
  RC_ASSERT(world.Calm());
  RC_ASSERT(world.Fault() == "");
}

// Replicas that lag: what was acknowledged is in the log, and the blocks are in order, all the same.
std::string FaultWhenReplicasLag(uint64_t seed) {
  CollectionWorld world(
      {.seed = seed, .clients = 2 + seed % 4, .faults = {.percent = 10, .lagging = true}});
  Work(world, 120, 200);
  return world.Calm() ? world.Fault() : "somebody never came to rest";
}

RC_GTEST_PROP(CollectionTest, ReplicasThatLagDoNoHarm, (uint64_t seed)) {
  RC_ASSERT(FaultWhenReplicasLag(seed) == "");
}

// A try ends in doubt and lands. Then its leaf is read as it is, and header and tail twice as they were before.
TEST(CollectionTest, WhatATryInDoubtBroughtIntoTheLogIsNotRefused) {
  EXPECT_EQ(FaultWhenReplicasLag(43411672662356681), "");
}

// A hundred entries by three clients, with lost answers; what is wrong in the end.
std::string FaultOfADiary(uint64_t seed) {
  CollectionWorld world(
      {.seed = seed, .clients = 3, .kind = CollectionKind::kDiary, .faults = {.percent = 20}});
  for (size_t i = 0; i < 100; ++i) {
    world.ActRaw(world.random().Below(3), KeyOf(i));
    world.Sync(world.random().Below(3));
    for (uint64_t step = world.random().Below(10); step > 0; --step) world.Step();
  }
  if (!world.Calm()) return "somebody never came to rest";
  if (world.CountOf(ActionEnd::kCommitted) != 100u) return "not all were committed";
  return world.Fault();
}

RC_GTEST_PROP(CollectionTest, ADiaryLosesNothing, (uint64_t seed)) {
  RC_ASSERT(FaultOfADiary(seed) == "");
}

// A client that had given up synced from a tail that it fetched while it built, and put an action
// into the log that stood there already.
TEST(CollectionTest, ATailThatWasNotReadEntryByEntryIsNoBase) {
  EXPECT_EQ(FaultOfADiary(40158442068190392), "");
}

// A tree of many leaves: splits and merges under way while others write.
RC_GTEST_PROP(CollectionTest, SplitsAndMergesRaceWithWriters, (uint64_t seed)) {
  CollectionWorld world({.seed = seed, .clients = 4, .faults = {.percent = 15}});
  for (uint64_t round = 0; round < 60; ++round) {
    for (size_t client = 0; client < world.size(); ++client) {
      std::vector<TreeEdit> edits;
      for (uint64_t i = 0; i < 12; ++i) {
        const uint64_t key = world.random().Below(600);
        edits.push_back(EditOf(Kind::kPut, key, "v"));
        if (round > 25) edits.push_back(EditOf(Kind::kErase, key));
      }
      if (world.client(client).pending_count() < 6) world.Act(client, edits);
      world.Sync(client);
    }
    for (int i = 0; i < 30; ++i) world.Step();
  }
  RC_ASSERT(world.Calm());
  RC_ASSERT(world.Fault() == "");
}

// The same seed, the same run: nothing depends on addresses or on what ran before.
TEST(CollectionTest, RunsRepeat) {
  const auto digest = [](uint64_t seed) {
    CollectionWorld world({.seed = seed, .clients = 3, .faults = {.percent = 20}});
    Work(world, 60, 50);
    Hasher hasher;
    for (size_t i = 0; i < world.size(); ++i) world.client(i).Digest(hasher);
    return hasher.Result();
  };
  EXPECT_EQ(digest(5), digest(5));
  EXPECT_NE(digest(5), digest(6));
}

}  // namespace
}  // namespace core
