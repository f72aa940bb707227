#include "core/collections/joint_action.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/collections/joint_world.h"

namespace core {
namespace {

using Kind = TreeEdit::Kind;
constexpr size_t kLog = JointWorld::kLog;
constexpr size_t kTree = JointWorld::kTree;

TreeEdit EditOf(Kind kind, uint8_t key, std::string_view value = "") {
  return {.kind = kind, .key = {key}, .value = BytesFrom(value)};
}

// A first action on both is committed; the transaction of a second, which is told, is held back.
void HoldBackMine(JointWorld& world, ActionId& mine) {
  world.ActOnBoth(0, BytesFrom("first"), {EditOf(Kind::kInsert, 1, "a")});
  world.Sync(0);
  ASSERT_TRUE(world.Calm());
  mine = world.ActOnBoth(0, BytesFrom("mine"), {EditOf(Kind::kInsert, 2, "a")});
  world.HoldBack(0);
  world.Sync(0);
  ASSERT_TRUE(world.StepToTransaction());
}

TEST(JointActionTest, OneTransactionCreatesBothCollections) {
  JointWorld world({.clients = 1});
  const ActionId id = world.ActOnBoth(0, BytesFrom("entry"), {EditOf(Kind::kInsert, 1, "a")});
  world.HoldBack(0);
  world.Sync(0);
  ASSERT_TRUE(world.StepToTransaction());
  const ChangeSet asked = world.held_back();
  EXPECT_EQ(asked.writes.size(), 6u) << "two headers, two log blocks, trunk, leaf";
  EXPECT_EQ(asked.tail, std::min(world.header(kLog), world.header(kTree)));
  EXPECT_EQ(asked.writes[0].block, asked.tail);
  ASSERT_TRUE(world.store().Apply(asked));
  world.Release(TransactEnd::kCommitted);
  ASSERT_TRUE(world.Calm());
  EXPECT_EQ(world.transactions(), 1u);
  EXPECT_EQ(world.ReportOf(id, kLog).end, ActionEnd::kCommitted);
  EXPECT_EQ(world.Fault(), "");
}

TEST(JointActionTest, TheSmallestTailDecides) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    JointWorld world({.seed = seed, .clients = 1});
    world.ActOnBoth(0, BytesFrom("entry"), {EditOf(Kind::kInsert, 1, "a")});
    world.Sync(0);
    ASSERT_TRUE(world.Calm());
    world.ActOnBoth(0, BytesFrom("entry"), {EditOf(Kind::kInsert, 2, "a")});
    world.HoldBack(0);
    world.Sync(0);
    ASSERT_TRUE(world.StepToTransaction());
    EXPECT_EQ(world.held_back().tail, std::min(world.TailOf(kLog), world.TailOf(kTree)));
  }
}

// Somebody appends to one of the two while the transaction over both is on its way. Whichever tail
// that is, the primary or another, nothing of it lands, and both parts are played again.
TEST(JointActionTest, ALossAtAnyTailReplaysBoth) {
  for (const size_t contended : {kLog, kTree}) {
    JointWorld world({});
    ActionId joint;
    ASSERT_NO_FATAL_FAILURE(HoldBackMine(world, joint));
    const ActionId rival =
        contended == kLog
            ? world.ActOn(1, kLog, BytesFrom("theirs"))
            : world.ActOn(
                  1, kTree,
                  EncodeEdits(std::vector<TreeEdit>{EditOf(Kind::kInsert, 3, "b")}).value());
    world.Sync(1);
    while (!world.Reported(rival, contended)) ASSERT_TRUE(world.Step());
    const ChangeSet lost = world.held_back();
    EXPECT_FALSE(world.store().Apply(lost));
    world.Release(TransactEnd::kStale);
    EXPECT_FALSE(world.Reported(joint, kLog));
    EXPECT_FALSE(world.Reported(joint, kTree));
    ASSERT_TRUE(world.Calm());
    EXPECT_EQ(world.ReportOf(joint, contended).sequence, 2u) << "behind the rival's";
    EXPECT_EQ(world.ReportOf(joint, contended == kLog ? kTree : kLog).sequence, 1u);
    EXPECT_EQ(world.Fault(), "");
  }
}

TEST(JointActionTest, AConditionThatFailsInOneRefusesBoth) {
  JointWorld world({.clients = 1});
  world.ActOnBoth(0, BytesFrom("first"), {EditOf(Kind::kInsert, 1, "a")});
  const ActionId bad = world.ActOnBoth(0, BytesFrom("bad"), {EditOf(Kind::kInsert, 1, "b")});
  const ActionId later = world.ActOn(0, kLog, BytesFrom("later"));
  world.Sync(0);
  ASSERT_TRUE(world.Calm());
  EXPECT_EQ(world.ReportOf(bad, kLog).end, ActionEnd::kRefused);
  EXPECT_EQ(world.ReportOf(bad, kTree).end, ActionEnd::kRefused);
  EXPECT_EQ(world.ReportOf(later, kLog).sequence, 1u) << "it does not wait for ever";
  EXPECT_EQ(world.Fault(), "");
}

TEST(JointActionTest, WhatTheNetworkRejectsIsRejectedInBoth) {
  JointWorld world({.clients = 1});
  const ActionId id = world.ActOnBoth(0, BytesFrom("entry"), {EditOf(Kind::kInsert, 1, "a")});
  world.HoldBack(0);
  world.Sync(0);
  ASSERT_TRUE(world.StepToTransaction());
  world.Release(TransactEnd::kRejected);
  EXPECT_EQ(world.ReportOf(id, kLog).end, ActionEnd::kRejected);
  EXPECT_EQ(world.ReportOf(id, kTree).end, ActionEnd::kRejected);
  EXPECT_EQ(world.store().live(), 0u);
}

TEST(JointActionTest, APayloadThatOneDoesNotTakeIsTakenByNone) {
  JointWorld world({.clients = 1});
  const Status status = world.TryBoth(0, ActionOf(1), BytesFrom("entry"), BytesFrom("no edits"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(world.collection(0, kLog).pending_count(), 0u);
  EXPECT_EQ(world.collection(0, kTree).pending_count(), 0u);
}

// In doubt, and decided, but one of the two clusters has not heard of it: its tail is as before. Who
// has met his entry in the other log waits for this one to show it too, and writes nothing.
TEST(JointActionTest, WhatOneLogShowsIsNotTriedAgainInTheOther) {
  for (const size_t behind : {kLog, kTree}) {
    JointWorld world({.clients = 1});
    ActionId id;
    ASSERT_NO_FATAL_FAILURE(HoldBackMine(world, id));
    const ChangeSet changes = world.held_back();
    const BlockId tail = world.TailOf(behind);
    const FetchedBlock before = world.store().Read(tail);
    ASSERT_TRUE(world.store().Apply(changes));
    const FetchedBlock after = std::exchange(world.store().blocks()[tail], before);
    world.Release(TransactEnd::kInDoubt);
    const size_t ahead = behind == kLog ? kTree : kLog;
    while (!world.Reported(id, ahead)) ASSERT_TRUE(world.Step());
    for (int i = 0; i < 50; ++i) world.Step();
    EXPECT_FALSE(world.Reported(id, behind));
    EXPECT_EQ(world.transactions(), 2u);
    world.store().blocks()[tail] = after;
    ASSERT_TRUE(world.Calm());
    EXPECT_EQ(world.ReportOf(id, behind).sequence, 1u);
    EXPECT_EQ(world.transactions(), 2u);
    EXPECT_EQ(world.Fault(), "");
  }
}

// Puts something else in place of the header.
void Damage(JointWorld& world, size_t which) {
  FetchedBlock& header = world.store().blocks()[world.header(which)];
  ++header.revision;
  header.bytes = BytesFrom("no header");
}

TEST(JointActionTest, ADamagedCollectionEndsItInBoth) {
  for (const size_t damaged : {kLog, kTree}) {
    JointWorld world({});
    world.ActOnBoth(0, BytesFrom("first"), {EditOf(Kind::kInsert, 1, "a")});
    world.Sync(0);
    ASSERT_TRUE(world.Calm());
    // Who has read nothing yet, for whoever has need not read it again.
    const ActionId id = world.ActOnBoth(1, BytesFrom("mine"), {EditOf(Kind::kInsert, 2, "a")});
    Damage(world, damaged);
    world.Sync(1);
    ASSERT_TRUE(world.Settle());
    EXPECT_EQ(world.ReportOf(id, kLog).end, ActionEnd::kDamaged);
    EXPECT_EQ(world.ReportOf(id, kTree).end, ActionEnd::kDamaged);
    EXPECT_EQ(world.collection(1, kLog).pending_count(), 0u);
    EXPECT_EQ(world.collection(1, kTree).pending_count(), 0u);
    // What comes later to the other one is not held up.
    const size_t other = damaged == kLog ? kTree : kLog;
    const ActionId later =
        other == kLog
            ? world.ActOn(1, kLog, BytesFrom("later"))
            : world.ActOn(
                  1, kTree,
                  EncodeEdits(std::vector<TreeEdit>{EditOf(Kind::kInsert, 3, "b")}).value());
    world.Sync(1);
    ASSERT_TRUE(world.Settle());
    EXPECT_EQ(world.ReportOf(later, other).end, ActionEnd::kCommitted);
    EXPECT_EQ(world.ReportOf(later, other).sequence, 1u)
        << "the first one's is the only one before it";
  }
}

// The try was committed, and nobody says so. Then one of the two logs cannot be read any more: the other one shows it.
TEST(JointActionTest, WhatStandsInTheOtherLogIsCommittedThere) {
  for (const size_t damaged : {kLog, kTree}) {
    const size_t other = damaged == kLog ? kTree : kLog;
    JointWorld world({.clients = 1});
    ActionId id;
    ASSERT_NO_FATAL_FAILURE(HoldBackMine(world, id));
    ASSERT_TRUE(world.store().Apply(ChangeSet(world.held_back())));
    Damage(world, damaged);
    world.Release(TransactEnd::kInDoubt);
    ASSERT_TRUE(world.Settle());
    EXPECT_EQ(world.ReportOf(id, other).end, ActionEnd::kCommitted);
    EXPECT_EQ(world.ReportOf(id, damaged).end, ActionEnd::kDamaged);
  }
}

// In doubt, and nobody can tell before everything has ended: it may still land while the first looks find nothing.
TEST(JointActionTest, ATryInDoubtKeepsADamagedActionOpenUntilItIsSettled) {
  for (const bool lands : {false, true}) {
    JointWorld world({.clients = 1});
    ActionId id;
    ASSERT_NO_FATAL_FAILURE(HoldBackMine(world, id));
    const ChangeSet changes = world.held_back();
    const FetchedBlock tree = world.store().Read(world.header(kTree));
    Damage(world, kTree);
    world.Release(TransactEnd::kInDoubt);
    for (int i = 0; i < 30; ++i) world.Step();
    EXPECT_FALSE(world.Reported(id, kLog));
    EXPECT_FALSE(world.Reported(id, kTree));
    if (lands) {
      const FetchedBlock broken = std::exchange(world.store().blocks()[world.header(kTree)], tree);
      ASSERT_TRUE(world.store().Apply(changes));
      world.store().blocks()[world.header(kTree)] = broken;
    }
    for (int round = 0; round < 10 && !world.Reported(id, kTree); ++round) {
      ASSERT_TRUE(world.Settle());
      world.Sync(0);
    }
    ASSERT_TRUE(world.Reported(id, kTree));
    EXPECT_EQ(world.ReportOf(id, kLog).end, lands ? ActionEnd::kCommitted : ActionEnd::kDamaged);
    EXPECT_EQ(world.ReportOf(id, kTree).end, ActionEnd::kDamaged);
    EXPECT_EQ(world.transactions(), 2u);
  }
}

TEST(JointActionTest, ActionsOnOneKeepTheirPlaceAmongThoseOnBoth) {
  JointWorld world({.clients = 1});
  const ActionId a = world.ActOn(0, kLog, BytesFrom("a"));
  const ActionId b = world.ActOnBoth(0, BytesFrom("b"), {EditOf(Kind::kPut, 1, "b")});
  const ActionId c = world.ActOn(0, kLog, BytesFrom("c"));
  const ActionId d = world.ActOnBoth(0, BytesFrom("d"), {EditOf(Kind::kPut, 1, "d")});
  world.Sync(0);
  ASSERT_TRUE(world.Calm());
  EXPECT_EQ(world.ReportOf(a, kLog).sequence, 0u);
  EXPECT_EQ(world.ReportOf(b, kLog).sequence, 1u);
  EXPECT_EQ(world.ReportOf(c, kLog).sequence, 2u);
  EXPECT_EQ(world.ReportOf(d, kLog).sequence, 3u);
  EXPECT_EQ(world.ReportOf(d, kTree).sequence, 1u);
  EXPECT_EQ(world.transactions(), 4u) << "an action on both shares its transaction with no other";
  EXPECT_EQ(world.Fault(), "");
}

std::vector<TreeEdit> DrawEdits(Random& random) {
  const auto key = [&] { return static_cast<uint8_t>(1 + random.Below(200)); };
  const uint64_t kind = 1 + random.Below(4);
  std::vector<TreeEdit> edits = {EditOf(static_cast<Kind>(kind), key(), kind == 4 ? "" : "v")};
  if (random.Below(2) == 0) edits.push_back(EditOf(Kind::kExpectAbsent, key()));
  return edits;
}

// Actions on one, on the other and on both, by several clients who never wait for each other.
std::string FaultOfARun(const JointWorld::Options& options) {
  JointWorld world(options);
  while (world.actions() < 90) {
    const size_t client = world.random().Below(options.clients);
    const uint64_t what = world.random().Below(4);
    if (what == 0) world.ActOn(client, kLog, BytesFrom("entry"));
    if (what == 1) world.ActOn(client, kTree, EncodeEdits(DrawEdits(world.random())).value());
    if (what >= 2) world.ActOnBoth(client, BytesFrom("entry"), DrawEdits(world.random()));
    if (world.random().Below(3) == 0) world.Sync(client);
    for (uint64_t i = world.random().Below(14); i > 0; --i) world.Step();
  }
  if (!world.Calm()) return "somebody never came to rest";
  if (world.CountOf(ActionEnd::kCommitted) < 20) return "hardly anything was committed";
  return world.Fault();
}

RC_GTEST_PROP(JointActionTest, ClientsThatMeetDoAllOrNothing, (uint64_t seed)) {
  RC_ASSERT(FaultOfARun({.seed = seed, .clients = 2 + seed % 3}) == "");
}

RC_GTEST_PROP(JointActionTest, LostAnswersDoNoHarm, (uint64_t seed)) {
  RC_ASSERT(FaultOfARun({.seed = seed, .clients = 2 + seed % 3, .faults = {.percent = 25}}) == "");
}

std::string FaultWhenReplicasLag(uint64_t seed) {
  return FaultOfARun(
      {.seed = seed, .clients = 2 + seed % 3, .faults = {.percent = 10, .lagging = true}});
}

RC_GTEST_PROP(JointActionTest, ReplicasThatLagDoNoHarm, (uint64_t seed)) {
  RC_ASSERT(FaultWhenReplicasLag(seed) == "");
}

// One collection refuses an action whose try is in doubt: it offers no later one before it, for which the others would
// not be ready.
TEST(JointActionTest, AnActionInDoubtIsNotOvertaken) {
  EXPECT_EQ(FaultWhenReplicasLag(652), "");
}

}  // namespace
}  // namespace core
