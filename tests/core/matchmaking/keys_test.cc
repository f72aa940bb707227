#include "core/matchmaking/keys.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

Key256 ArbitraryKey() {
  Key256 key;
  for (uint8_t& byte : key.bytes) byte = *rc::gen::arbitrary<uint8_t>();
  return key;
}

TEST(KeysTest, TakesTheTopBitsFromTheIdAndTheRestFromTheTopicAtTheirPositions) {
  Key256 id;
  id.bytes.fill(0xff);
  Key256 topic;
  const Key256 key = RendezvousKey(id, topic, 11);
  EXPECT_EQ(key.bytes[0], 0xff);
  EXPECT_EQ(key.bytes[1], 0xe0);
  EXPECT_EQ(key.bytes[2], 0x00);
  EXPECT_EQ(RendezvousKey(id, topic, 0), topic);
  EXPECT_EQ(RendezvousKey(id, topic, 256), id);
}

RC_GTEST_PROP(KeysTest, OnWideningHalfOfTheSiblingsStayWhereTheyAre, ()) {
  const Key256 topic = ArbitraryKey();
  const Key256 left = ArbitraryKey();
  const int c = *rc::gen::inRange(1, 200);
  Key256 right = left;
  right.FlipBit(c - 1);  // Siblings: they part at the last bit of the prefix.
  const Key256 wider = RendezvousKey(left, topic, c - 1);
  RC_ASSERT(wider == RendezvousKey(right, topic, c - 1));
  const bool left_stays = wider == RendezvousKey(left, topic, c);
  const bool right_stays = wider == RendezvousKey(right, topic, c);
  RC_ASSERT(left_stays != right_stays);
}

TEST(KeysTest, TopicHashSeparatesKindLabelAndNetwork) {
  FlowRig rig(4);
  const Key256 one = HashTopic(rig.context, {"ab", "c"});
  EXPECT_NE(one, HashTopic(rig.context, {"a", "bc"}));
  rig.context.network.bytes[5] ^= 1;
  EXPECT_NE(one, HashTopic(rig.context, {"ab", "c"}));
}

TEST(KeysTest, ThreeRootsReplaceTheSinglePointAndChangeWithTheEpoch) {
  FlowRig rig(4);
  rig.config.matchmaking.roots = 3;
  const Time middle{Minutes(60 * 100 + 30).us};
  const LevelKeys keys = KeysAt(rig.context, middle, rig.IdOf(PeerId{0}), rig.topic, 0);
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(std::set<Key256>(keys.begin(), keys.end()).size(), 3u);
  // The same for everybody.
  EXPECT_EQ(keys, KeysAt(rig.context, middle, rig.IdOf(PeerId{1}), rig.topic, 0));
  const LevelKeys later =
      KeysAt(rig.context, middle + Minutes(60), rig.IdOf(PeerId{0}), rig.topic, 0);
  for (const Key256& key : later) EXPECT_EQ(std::count(keys.begin(), keys.end(), key), 0);
  // Above c = 0 nothing changes.
  EXPECT_EQ(KeysAt(rig.context, middle, rig.IdOf(PeerId{0}), rig.topic, 5).size(), 1u);
}

TEST(KeysTest, ThePreviousEpochsRootsAreUsedJustAfterABoundary) {
  FlowRig rig(4);
  rig.config.matchmaking.roots = 3;
  const Time boundary{Minutes(60 * 100).us};
  const LevelKeys before =
      KeysAt(rig.context, boundary - Seconds(1), rig.IdOf(PeerId{0}), rig.topic, 0);
  const LevelKeys after =
      KeysAt(rig.context, boundary + Seconds(1), rig.IdOf(PeerId{0}), rig.topic, 0);
  EXPECT_EQ(before.size(), 3u);
  ASSERT_EQ(after.size(), 6u);
  for (const Key256& key : before) EXPECT_EQ(std::count(after.begin(), after.end(), key), 1);
  const Time settled = boundary + rig.config.matchmaking.worker_ttl + Seconds(1);
  EXPECT_EQ(KeysAt(rig.context, settled, rig.IdOf(PeerId{0}), rig.topic, 0).size(), 3u);
}

TEST(KeysTest, EpochsRoundTowardsThePast) {
  EXPECT_EQ(EpochAt(Time{-1}, Seconds(1)), -1);
  EXPECT_EQ(EpochAt(Time{0}, Seconds(1)), 0);
  EXPECT_EQ(EpochAt(Time{-1'000'000}, Seconds(1)), -1);
  EXPECT_EQ(EpochAt(Time{1'999'999}, Seconds(1)), 1);
}

TEST(KeysTest, ARecordBelongsOnlyAtTheKeyThatItsOwnerDerives) {
  FlowRig rig(4);
  const Record record = rig.RecordOf(PeerId{1}, Role::kWorker, 3);
  Key256 key = RendezvousKey(rig.IdOf(PeerId{1}), rig.topic, 3);
  EXPECT_TRUE(BelongsAt(rig.context, rig.now, record, key));
  key.FlipBit(200);
  EXPECT_FALSE(BelongsAt(rig.context, rig.now, record, key));
  rig.config.matchmaking.roots = 3;
  const Record root = rig.RecordOf(PeerId{1}, Role::kWorker, 0);
  const int64_t epoch = EpochAt(rig.now, rig.config.matchmaking.root_epoch);
  for (int64_t at = epoch - 1; at <= epoch + 1; ++at) {
    EXPECT_TRUE(
        BelongsAt(rig.context, rig.now, root, RootKey(*rig.context.suite, rig.topic, at, 2)));
  }
  EXPECT_FALSE(
      BelongsAt(rig.context, rig.now, root, RootKey(*rig.context.suite, rig.topic, epoch + 2, 2)));
  EXPECT_FALSE(BelongsAt(rig.context, rig.now, root, rig.topic));
}

}  // namespace
}  // namespace core
