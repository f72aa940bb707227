// Stored state as an input of simulated peers: completions, their order, and what an incarnation finds.
#include <algorithm>

#include "tests/sim/world/storing_world.h"

namespace sim {
namespace {

using tests::StoringLife;
using tests::StoringPeer;
using tests::StoringWorld;

// 0, 1, 2, ... without a gap.
void ExpectCountsUp(const std::vector<uint32_t>& numbers) {
  for (uint32_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i);
}

TEST(StoredStateTest, EachBatchIsCompletedOnceInOrderAndNeverWithinItsStep) {
  StoringWorld world;
  world.habit.batches = 3;
  world.Run();
  for (const StoringLife& life : world.lives) {
    EXPECT_GT(life.completions.size(), 200u);
    ExpectCountsUp(life.Numbers(absl::StatusCode::kOk));
    for (size_t i = 0; i < life.completions.size(); ++i) {
      EXPECT_GE(life.completions[i].at, life.handed_over[i].second);
    }
  }
}

TEST(StoredStateTest, BatchesThatAnswerCompletionsKeepTheOrderToo) {
  StoringWorld world;
  world.habit.batches = 2;
  world.habit.answers = true;
  world.Run();
  EXPECT_GT(world.lives[0].completions.size(), 200u);
  EXPECT_EQ(world.lives[0].Numbers(absl::StatusCode::kOk).size(),
            world.lives[0].completions.size());
  ExpectCountsUp(world.lives[0].Numbers(absl::StatusCode::kOk));
}

TEST(StoredStateTest, TheNextIncarnationFindsWhatWasReportedDurable) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kRestart, core::Milliseconds(5050), {});
  world.Run();
  const StoringLife& life = world.lives[0];
  ASSERT_EQ(life.starts.size(), 2u);
  EXPECT_TRUE(life.starts[0].empty());
  EXPECT_EQ(life.starts[1].size(), 50u);
  EXPECT_TRUE(std::is_sorted(life.starts[1].begin(), life.starts[1].end(),
                             [](const auto& a, const auto& b) { return a.at < b.at; }));
  EXPECT_EQ(life.starts[1][7].at, StoringPeer::KeyOf(7));
  EXPECT_EQ(life.starts[1][7].value, core::Bytes(100, 7));
  ExpectCountsUp(life.Numbers(absl::StatusCode::kOk));
}

TEST(StoredStateTest, AWipedDiskIsEmpty) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kWipe, core::Seconds(5), core::Seconds(1));
  world.Run();
  ASSERT_EQ(world.lives[0].starts.size(), 2u);
  EXPECT_TRUE(world.lives[0].starts[1].empty());
}

TEST(StoredStateTest, BatchesBeyondALimitOrOfTheHostsTablesAreRefused) {
  SimulatedStorage storage;
  core::StoreBatch large;
  large.Put(StoringPeer::KeyOf(1), core::Bytes(core::kStoreValueBytesMax + 1));
  core::StoreBatch foreign;
  foreign.Put({core::TableId{1}, {1}}, {1});
  storage.HandOver({{1}, large});
  storage.HandOver({{2}, foreign});
  ASSERT_TRUE(storage.BeginGroup());
  EXPECT_EQ(storage.CompleteNext()->status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(core::MessageOf(storage.CompleteNext()->status),
            "store batch: table 1, allowed: 32 to 63");
  EXPECT_FALSE(storage.CompleteNext().has_value());
  std::vector<core::StoredRow> rows;
  storage.CopyRows(rows);
  EXPECT_TRUE(rows.empty());
}

TEST(StoredStateTest, APausedPeerIsToldWhenItGoesOn) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kPause, core::Milliseconds(2050), core::Milliseconds(2950));
  world.Run();
  const auto& completions = world.lives[0].completions;
  const auto told = [&](int64_t from_s, int64_t to_s) {
    return std::count_if(completions.begin(), completions.end(), [&](const auto& each) {
      return each.at.us > core::Seconds(from_s).us && each.at.us < core::Seconds(to_s).us;
    });
  };
  EXPECT_EQ(told(2, 5), 0) << "all were told before 2.05 s";
  EXPECT_GT(told(5, 10), 40);
  ExpectCountsUp(world.lives[0].Numbers(absl::StatusCode::kOk));
}

TEST(StoredStateTest, ThreadsAndShardsChangeNothing) {
  StoringWorld world;
  world.habit.batches = 3;
  world.AddFault(Fault::Kind::kRestart, core::Seconds(4), {}, 2);
  const core::Fingerprint one = world.Run(1, 1);
  EXPECT_EQ(world.Run(2, 0), one);
  EXPECT_EQ(world.Run(2, 3), one);
}

TEST(StoredStateTest, OnlyPeersThatStorePayForIt) {
  StoringWorld world;
  world.habit.value_bytes = 10'000;
  world.Run();
  const size_t storing = world.world->MemoryUsage();
  world.habit.batches = 0;
  world.Run();
  EXPECT_GT(storing, world.world->MemoryUsage() + StoringWorld::kPeers * 90 * size_t{10'000});
}

}  // namespace
}  // namespace sim
