// The engine's parts, each against its definition.
#include <algorithm>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.h"
#include "sim/engine/batch.h"
#include "sim/engine/chunk_pool.h"
#include "sim/engine/peer_line.h"
#include "sim/engine/peer_table.h"
#include "sim/engine/shard_map.h"
#include "sim/engine/window_grid.h"

namespace sim {
namespace {

RC_GTEST_PROP(WindowGridTest, StepsAreExactQuotients, ()) {
  const auto length = *rc::gen::inRange<int64_t>(1, kLongestLookahead.us + 1);
  const auto ahead = *rc::gen::inRange<uint64_t>(0, 64 * static_cast<uint64_t>(length));
  const WindowGrid grid({length}, {int64_t{1} << 40});
  RC_ASSERT(grid.StepsIn(ahead) == ahead / static_cast<uint64_t>(length));
}

TEST(WindowGridTest, StepsAreExactAroundEveryBorder) {
  for (const int64_t length : {int64_t{1}, int64_t{3}, int64_t{10'000}, kLongestLookahead.us}) {
    const WindowGrid grid({length}, {int64_t{1} << 40});
    for (uint64_t step = 1; step < 64; ++step) {
      const uint64_t border = step * static_cast<uint64_t>(length);
      EXPECT_EQ(grid.StepsIn(border), step);
      EXPECT_EQ(grid.StepsIn(border - 1), step - 1);
    }
  }
}

TEST(WindowGridTest, TheLastWindowIsClipped) {
  const WindowGrid grid({10}, {25});
  EXPECT_EQ(grid.EndOf(1), 20);
  EXPECT_EQ(grid.EndOf(2), 25);
}

TEST(ShardMapTest, ShardsAreContiguousAndAtLeastAsManyAsAskedFor) {
  for (const uint32_t peers : {1u, 63u, 1'000u, 100'000u, 1'000'000u}) {
    for (const int wanted : {0, 1, 7, 64}) {
      const ShardMap map(peers, wanted);
      EXPECT_GE(map.count(), std::min(peers, static_cast<uint32_t>(wanted)));
      EXPECT_LE(map.bits(), 16);
      EXPECT_EQ(map.ShardOf({peers - 1}), map.count() - 1);
      for (uint32_t shard = 1; shard < map.count(); ++shard) {
        ASSERT_EQ(map.ShardOf(map.FirstOf(shard)), shard);
        ASSERT_EQ(map.ShardOf({map.FirstOf(shard).value - 1}), shard - 1);
      }
    }
  }
}

TEST(PeerLineTest, MovingTheDeadlineLaterQueuesNothing) {
  PeerLine line;
  EXPECT_TRUE(line.Arm(100));
  EXPECT_FALSE(line.Arm(200));
  EXPECT_EQ(line.TakeEntry(100), PeerLine::Due::kQueueAgain);
  EXPECT_EQ(line.armed(), 200);
  EXPECT_EQ(line.TakeEntry(200), PeerLine::Due::kWake);
  EXPECT_EQ(line.armed(), PeerLine::kNever);
}

TEST(PeerLineTest, AnEarlierDeadlineKeepsTheLaterEntryForReuse) {
  PeerLine line;
  EXPECT_TRUE(line.Arm(1'000));
  EXPECT_TRUE(line.Arm(10));
  EXPECT_EQ(line.TakeEntry(10), PeerLine::Due::kWake);
  EXPECT_FALSE(line.Arm(1'000));
  EXPECT_EQ(line.TakeEntry(1'000), PeerLine::Due::kWake);
}

TEST(PeerLineTest, ADisarmedEntryIsDropped) {
  PeerLine line;
  EXPECT_TRUE(line.Arm(50));
  EXPECT_FALSE(line.Arm(PeerLine::kNever));
  EXPECT_EQ(line.TakeEntry(50), PeerLine::Due::kDrop);
  EXPECT_TRUE(line.Arm(60));
}

TEST(PeerLineTest, InstantsOfYearsFit) {
  PeerLine line;
  EXPECT_TRUE(line.Arm(WindowGrid::kLatest));
  EXPECT_EQ(line.armed(), WindowGrid::kLatest);
  EXPECT_EQ(line.TakeEntry(WindowGrid::kLatest), PeerLine::Due::kWake);
}

std::vector<Event> DrawEvents(core::Random& random, size_t count, uint32_t peers, uint32_t span) {
  std::vector<Event> events(count);
  for (Event& event : events) {
    event.time_low = static_cast<uint32_t>(random.Below(span));
    event.to = {static_cast<uint32_t>(random.Below(peers))};
    event.from = {static_cast<uint32_t>(random.Below(1'000))};
    event.sequence = static_cast<uint32_t>(random.Below(1'000'000'000));
  }
  return events;
}

void ExpectSorted(const std::vector<Event>& events, uint64_t seed) {
  const int64_t start = (int64_t{5} << 32) - 4'000;  // Low words wrap inside the window.
  Batch batch;
  batch.Begin({events.size(), 10, 14, start});
  std::vector<Event> shifted = events;
  for (Event& event : shifted) event.time_low += static_cast<uint32_t>(start);
  batch.Add(shifted);
  batch.Sort();
  using Row = std::tuple<uint32_t, int64_t, uint64_t, uint32_t, uint32_t>;
  std::vector<Row> expected;
  for (const Event& event : events) {
    expected.emplace_back(event.to.value, event.time_low, TieOf(seed, event.from, event.sequence),
                          event.from.value, event.sequence);
  }
  std::sort(expected.begin(), expected.end());
  for (size_t i = 0; i < events.size(); ++i) {
    if (i == 0 || batch.InstantOf(batch.Key(i)) != batch.InstantOf(batch.Key(i - 1))) {
      EXPECT_GT(batch.OrderTies(i, seed), i);
    }
    const Batch::Body& body = batch.BodyOf(batch.Key(i));
    const Row found{batch.PlaceOf(batch.Key(i)), batch.OffsetOf(batch.Key(i)),
                    TieOf(seed, body.from, body.sequence), body.from.value, body.sequence};
    ASSERT_EQ(found, expected[i]) << i << " of " << events.size();
  }
}

TEST(BatchTest, AnyShapeOfLoadIsSorted) {
  core::Random random({.seed = 4, .peer = 0, .incarnation = 0, .purpose = core::Purpose::kTest});
  for (const size_t count : {1u, 2u, 24u, 25u, 200u, 3'000u, 50'000u}) {
    ExpectSorted(DrawEvents(random, count, 1'000, 10'000), 1);
    ExpectSorted(DrawEvents(random, count, 1, 10'000), 2);
    ExpectSorted(DrawEvents(random, count, 1'000, 1), 3);
    ExpectSorted(DrawEvents(random, count, 3, 20), 4);
  }
}

TEST(ChunkPoolTest, ChunksGoRoundBetweenTwoPools) {
  ChunkStore store(512);
  ChunkPool giver(&store);
  ChunkPool taker(&store);
  for (int i = 0; i < 100'000; ++i) taker.Give(giver.Take());
  EXPECT_LE(store.MemoryUsage(), size_t{8} * ChunkStore::kBatch * 512);
}

TEST(PeerTableTest, TheFingerprintKnowsWhichPeerSawWhat) {
  PeerTable one(3);
  PeerTable two(3);
  one[{1}].chain = 5;
  two[{2}].chain = 5;
  EXPECT_NE(one.Fold(), two.Fold());
  two[{2}].chain = 0;
  two[{1}].chain = 5;
  EXPECT_EQ(one.Fold(), two.Fold());
}

TEST(PeerTableTest, TheChainKnowsTheOrderAndEachMember) {
  const Delivered a{1, {2}, 3, 4};
  const Delivered b{5, {6}, 7, 8};
  EXPECT_NE(Extend(Extend(0, a), b), Extend(Extend(0, b), a));
  for (const Delivered& other : {Delivered{2, {2}, 3, 4}, Delivered{1, {3}, 3, 4},
                                 Delivered{1, {2}, 4, 4}, Delivered{1, {2}, 3, 5}}) {
    EXPECT_NE(Extend(9, a), Extend(9, other));
  }
}

}  // namespace
}  // namespace sim
