// Stored state as an input of simulated peers: completions, their order, what an incarnation finds, and every way to lose it.
#include <algorithm>
#include <tuple>

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

TEST(StoredStateTest, APausedPeerIsToldWhenItGoesOn) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kPause, core::Milliseconds(2050), core::Milliseconds(2950));
  world.Run();
  const auto& completions = world.lives[0].completions;
  const auto told = [&](int64_t from_ms, int64_t to_ms) {
    return std::count_if(completions.begin(), completions.end(), [&](const auto& each) {
      const int64_t ms = each.at.us / 1000;
      return ms >= from_ms && ms < to_ms;
    });
  };
  EXPECT_GT(told(0, 2050), 10);
  EXPECT_EQ(told(2050, 5000), 0);
  EXPECT_GT(told(5000, 10'000), 40);
  ExpectCountsUp(world.lives[0].Numbers(absl::StatusCode::kOk));
}

TEST(StoredStateTest, AGroupTakesItsSyncAndItsBytes) {
  StoringWorld world;
  world.habit.value_bytes = 9'998;  // With its key 10,000, twice.
  world.scenario.groups[0].disk.sync = core::Milliseconds(5);
  world.scenario.groups[0].disk.bits_per_s = 8'000'000;
  world.Run();
  const StoringLife& life = world.lives[0];
  ASSERT_GT(life.completions.size(), 50u);
  // The requirement has a key too: 10,002 bytes at a byte per microsecond.
  EXPECT_EQ(life.completions[7].at - life.handed_over[7].second, core::Microseconds(15'002));
}

TEST(StoredStateTest, BatchesThatWaitShareASync) {
  StoringWorld world;
  world.habit.every = core::Milliseconds(1);
  world.scenario.groups[0].disk.sync = core::Milliseconds(10);
  world.scenario.groups[0].disk.sync_spread = core::Milliseconds(4);
  world.Run();
  const StoringLife& life = world.lives[0];
  EXPECT_GT(life.completions.size(), 9'000u) << "one at a time there would be a thousand";
  ExpectCountsUp(life.Numbers(absl::StatusCode::kOk));
}

TEST(StoredStateTest, AFullDiskRefusesForAsLongAsItLasts) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kDiskFull, core::Milliseconds(3050), core::Seconds(2));
  world.AddFault(Fault::Kind::kDiskFailing, core::Milliseconds(6050), core::Seconds(1), 1);
  world.Run();
  EXPECT_EQ(world.lives[0].Numbers(absl::StatusCode::kResourceExhausted).size(), 20u);
  EXPECT_EQ(world.lives[1].Numbers(absl::StatusCode::kUnavailable).size(), 10u);
  EXPECT_EQ(world.lives[2].Numbers(absl::StatusCode::kOk).size(),
            world.lives[2].completions.size());
  for (const StoringLife& life : world.lives) {
    EXPECT_EQ(life.completions.back().code, absl::StatusCode::kOk) << "it takes writes again";
  }
}

TEST(StoredStateTest, ALyingDiskForgetsWhatItReported) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kLostSync, core::Milliseconds(3050), core::Seconds(3));
  world.AddFault(Fault::Kind::kCrash, core::Milliseconds(5050), core::Seconds(1));
  world.Run();
  const StoringLife& life = world.lives[0];
  ASSERT_EQ(life.starts.size(), 2u);
  EXPECT_EQ(life.starts[1].size(), 30u);
  const auto before = std::count_if(life.completions.begin(), life.completions.end(),
                                    [](const auto& each) { return each.incarnation == 0; });
  EXPECT_EQ(before, 50) << "all of them were reported";
}

TEST(StoredStateTest, ACrashKeepsWhatItsDiskIsSaidToKeep) {
  using Keeps = DiskSpec::Keeps;
  for (const auto& [keeps, low, high] :
       {std::tuple(Keeps::kNothing, 0, 0), std::tuple(Keeps::kSynced, 46, 46),
        std::tuple(Keeps::kEverything, 50, 50), std::tuple(Keeps::kSome, 46, 50)}) {
    for (const bool by_fault : {false, true}) {
      StoringWorld world;
      // So slow that a group is always under way: at 5.05 s one of two batches, and two wait.
      world.scenario.groups[0].disk.sync = core::Milliseconds(237);
      world.scenario.groups[0].disk.keeps = by_fault ? Keeps::kSynced : keeps;
      Fault& crash =
          world.AddFault(Fault::Kind::kCrash, core::Milliseconds(5050), core::Seconds(1));
      if (by_fault) crash.keeps = keeps;
      world.Run();
      ASSERT_EQ(world.lives[0].starts.size(), 2u);
      const auto rows = static_cast<int>(world.lives[0].starts[1].size());
      EXPECT_GE(rows, low) << static_cast<int>(keeps) << by_fault;
      EXPECT_LE(rows, high) << static_cast<int>(keeps) << by_fault;
    }
  }
}

class UnreadableWitness : public Observer {
 public:
  void OnWorldFact(const WorldView&, const WorldFact& fact) override {
    if (fact.kind == WorldFact::Kind::kUnreadable) unreadable.push_back(fact);
  }

  std::vector<WorldFact> unreadable;
};

TEST(StoredStateTest, WhoCannotReadItsRowsStaysDownAndTheWorldSaysSo) {
  StoringWorld world;
  const auto* witness = world.observers.Add(std::make_unique<UnreadableWitness>());
  world.AddFault(Fault::Kind::kCorruptRead, core::Milliseconds(2050), core::Seconds(5));
  world.AddFault(Fault::Kind::kRestart, core::Milliseconds(3050), {});
  world.Run();
  const StoringLife& life = world.lives[0];
  ASSERT_EQ(witness->unreadable.size(), 1u);
  EXPECT_EQ(witness->unreadable[0].peer, core::PeerId{0});
  EXPECT_EQ(witness->unreadable[0].detail, 1u);
  ASSERT_EQ(life.starts.size(), 2u) << "it starts when the row can be read again";
  EXPECT_EQ(life.starts[1].size(), 30u);
  const auto next = std::find_if(life.handed_over.begin(), life.handed_over.end(),
                                 [](const auto& each) { return each.second.us > 3'100'000; });
  ASSERT_NE(next, life.handed_over.end());
  EXPECT_GE(next->second.us, 7'050'000);
}

TEST(StoredStateTest, AWipedDiskHasNothingThatCannotBeRead) {
  StoringWorld world;
  world.AddFault(Fault::Kind::kCorruptRead, core::Milliseconds(2050), core::Seconds(7));
  world.AddFault(Fault::Kind::kWipe, core::Milliseconds(3050), core::Seconds(1));
  world.Run();
  ASSERT_EQ(world.lives[0].starts.size(), 2u);
  EXPECT_TRUE(world.lives[0].starts[1].empty());
}

Fault& CrashAtStore(StoringWorld& world, uint32_t nth, bool after, core::Duration length) {
  Fault& fault = world.AddFault(Fault::Kind::kCrashAtStore, {}, length);
  fault.nth = nth;
  fault.after = after;
  return fault;
}

TEST(StoredStateTest, EachPersistPointHasTwoSides) {
  for (uint32_t nth = 1; nth <= 12; ++nth) {
    for (const bool after : {false, true}) {
      StoringWorld world;
      world.habit.batches = 4;  // So that points lie within a group too.
      CrashAtStore(world, nth, after, core::Milliseconds(500));
      world.Run();
      const StoringLife& life = world.lives[0];
      ASSERT_EQ(life.starts.size(), 2u) << nth;
      EXPECT_EQ(life.starts[1].size(), after ? nth : nth - 1) << nth;
      const auto told = std::count_if(life.completions.begin(), life.completions.end(),
                                      [](const auto& each) { return each.incarnation == 0; });
      EXPECT_EQ(told, nth - 1) << "of batch " << nth << " nobody is told";
      EXPECT_GT(life.completions.size(), 300u) << "it lives on, and crashes no more";
    }
  }
}

TEST(StoredStateTest, PersistPointsAreCountedOverTheWholeLife) {
  StoringWorld world;
  CrashAtStore(world, 10, false, core::Milliseconds(100));
  CrashAtStore(world, 10, true, core::Milliseconds(100)).at = core::Milliseconds(500);
  CrashAtStore(world, 12, true, core::Milliseconds(100)).keeps = DiskSpec::Keeps::kNothing;
  world.Run();
  const StoringLife& life = world.lives[0];
  ASSERT_EQ(life.starts.size(), 4u);
  EXPECT_EQ(life.starts[1].size(), 9u);
  EXPECT_EQ(life.starts[2].size(), 10u);
  EXPECT_EQ(life.starts[3].size(), 0u);
}

TEST(StoredStateTest, WithoutALengthACrashedPeerStaysDownUntilCalm) {
  StoringWorld world;
  CrashAtStore(world, 5, true, {});
  world.Run();
  EXPECT_EQ(world.lives[0].starts.size(), 1u);
  EXPECT_FALSE(world.world->IsUp(core::PeerId{0}));
  world.scenario.safety_until = core::Seconds(8);
  world.Run();
  EXPECT_EQ(world.lives[0].starts.size(), 2u);
  EXPECT_TRUE(world.world->IsUp(core::PeerId{0}));
}

TEST(StoredStateTest, APointThatIsReachedInCalmIsNone) {
  StoringWorld world;
  world.scenario.safety_until = core::Seconds(2);
  CrashAtStore(world, 50, true, core::Seconds(1));
  world.Run();
  EXPECT_EQ(world.lives[0].starts.size(), 1u);
}

TEST(StoredStateTest, ThreadsAndShardsChangeNothing) {
  StoringWorld world;
  world.habit.batches = 3;
  world.habit.every = core::Milliseconds(7);
  DiskSpec& disk = world.scenario.groups[0].disk;
  disk = {core::Milliseconds(3), core::Milliseconds(9), 4'000'000, DiskSpec::Keeps::kSome};
  world.AddFault(Fault::Kind::kRestart, core::Seconds(4), {}, 2);
  world.AddFault(Fault::Kind::kDiskFailing, core::Seconds(1), core::Seconds(2), 1);
  world.AddFault(Fault::Kind::kRestart, core::Seconds(2), {}, 1);
  world.AddFault(Fault::Kind::kLostSync, core::Seconds(1), core::Seconds(5), 3);
  world.AddFault(Fault::Kind::kRestart, core::Seconds(5), {}, 3);
  world.AddFault(Fault::Kind::kCorruptRead, core::Seconds(4), core::Seconds(2), 3);
  CrashAtStore(world, 20, false, core::Seconds(1));
  const core::Fingerprint one = world.Run(1, 1);
  EXPECT_EQ(world.Run(2, 0), one);
  EXPECT_EQ(world.Run(5, 3), one);
  world.scenario.seed = 2;
  EXPECT_NE(world.Run(1, 1), one);
}

TEST(StoredStateTest, OnlyPeersThatStorePayForIt) {
  StoringWorld world;
  world.habit.value_bytes = 10'000;
  world.Run();
  const size_t storing = world.world->MemoryUsage();
  world.habit.batches = 0;
  world.Run();
  // What two peers store alike is there once.
  EXPECT_GT(storing, world.world->MemoryUsage() + 90 * size_t{10'000});
}

}  // namespace
}  // namespace sim
