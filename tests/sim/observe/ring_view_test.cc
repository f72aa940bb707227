#include "sim/observe/ring_view.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/transactions/cluster.h"
#include "sim/observe/checkers/ring_checkers.h"
#include "sim/observe/ring_census.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

core::Key256 KeyAt(uint8_t first) {
  core::Key256 key;
  key.bytes[0] = first;
  return key;
}

core::RingChanged At(core::RingStatus status, uint8_t ring, uint8_t from) {
  return {.status = status, .ring = ring, .from = from, .lends = true, .capacity = 0, .used = 0};
}

core::BlockHeld Holds(const core::Key256& key, uint64_t used = 1) {
  return {.key = key, .block = key, .revision = 1, .hash = {}, .used = used};
}

core::FetchEnded Search(const core::Key256& key, core::FetchEnd end, uint16_t contacts = 1) {
  return {.block = key,
          .key = key,
          .end = end,
          .revision = 0,
          .contacts = contacts,
          .took = core::Seconds(1)};
}

// The checkers of one run, which share a view, told of facts one after the other as a run tells them.
class RingCheckersTest : public testing::Test {
 protected:
  RingCheckersTest() {
    Operation lend;
    lend.command = core::LendCommand{100};
    world_.plan.workload.push_back(lend);
    for (uint32_t peer = 0; peer < 6; ++peer) {
      TellWorld(0, WorldFact::Kind::kCommanded, peer);
      Tell(1, peer, At(core::RingStatus::kActive, 0, 0));
    }
  }

  void Tell(int64_t ms, uint32_t peer, const core::Observation& what) {
    world_.Tell(census_, ms, peer, what);
    for (const auto& checker : checkers_) world_.Tell(*checker, ms, peer, what);
  }

  void TellWorld(int64_t ms, WorldFact::Kind kind, uint32_t peer) {
    world_.TellWorld(census_, ms, kind, peer);
    for (const auto& checker : checkers_) world_.TellWorld(*checker, ms, kind, peer);
  }

  void RunTo(int64_t second) {
    world_.now = WorldTime{second * 1'000'000};
    // Each has its own count of checkpoints; the world has one for all.
    for (int i = 0; i < 10; ++i) {
      census_.OnCheckpoint(world_);
      for (const auto& checker : checkers_) checker->OnCheckpoint(world_);
    }
  }

  const Checker& Check(std::string_view id) const {
    for (const auto& checker : checkers_) {
      if (checker->info().id == id) return *checker;
    }
    ADD_FAILURE() << "no check " << id;
    return *checkers_[0];
  }

  FakeWorld world_{8};
  Metrics metrics_;
  const std::shared_ptr<RingView> view_ = std::make_shared<RingView>();
  RingCensus census_{&metrics_, view_};
  std::vector<std::unique_ptr<Checker>> checkers_ = MakeRingCheckers(view_);
};

// Two batches of one group end in the same instant, each as the first fact of its step.
TEST_F(RingCheckersTest, TwoBlocksThatAreHeldInTheSameInstantBothCount) {
  for (uint32_t peer = 0; peer < 3; ++peer) {
    Tell(10, peer, Holds(KeyAt(1)));
    Tell(10, peer, Holds(KeyAt(2)));
  }
  RunTo(10);
  EXPECT_EQ(Check("AR-1").premises(), 2u);
  EXPECT_EQ(Check("AR-1").violations(), 0u);
}

TEST_F(RingCheckersTest, ABlockThatFallsUnderItsFloorIsFoundUnlessItsHolderFailedJustNow) {
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(10, peer, Holds(KeyAt(1)));
  RunTo(10);
  TellWorld(11'000, WorldFact::Kind::kStopped, 1);
  RunTo(20);
  EXPECT_EQ(Check("AR-1").violations(), 0u);
  RunTo(11 + 600 + 1);
  EXPECT_EQ(Check("AR-1").violations(), 1u);
}

TEST_F(RingCheckersTest, ABlockThatNeverHadItsFloorCannotLoseIt) {
  Tell(10, 0, Holds(KeyAt(1)));
  RunTo(10);
  EXPECT_EQ(Check("AR-1").premises(), 0u);
}

TEST_F(RingCheckersTest, WhatIsReleasedMustHaveBeenHandedOff) {
  core::Key256 shed = world_.IdOf(0);
  shed.FlipBit(0);
  for (uint32_t peer = 0; peer < 5; ++peer) Tell(10, peer, Holds(shed));
  Tell(20, 0, At(core::RingStatus::kMoving, 1, 0));
  Tell(30, 0, core::HandoffEnded{.done = true, .from = 0, .to = 1, .blocks = 1, .stuck = {}});
  Tell(30, 0, At(core::RingStatus::kActive, 1, 1));
  Tell(40, 0, core::BlockReleased{.key = shed, .revision = 1});
  EXPECT_EQ(Check("AR-2").premises(), 1u);
  EXPECT_EQ(Check("AR-2").violations(), 0u);
  EXPECT_EQ(Check("AR-8").violations(), 0u);
  Tell(50, 1, core::BlockReleased{.key = shed, .revision = 1});
  EXPECT_EQ(Check("AR-2").violations(), 1u);
}

TEST_F(RingCheckersTest, AHandoffIsDoneOnlyWhenOthersHoldItsBlocks) {
  core::Key256 shed = world_.IdOf(0);
  shed.FlipBit(0);
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(10, peer, Holds(shed));
  Tell(20, 0, At(core::RingStatus::kMoving, 1, 0));
  Tell(30, 0, core::HandoffEnded{.done = true, .from = 0, .to = 1, .blocks = 1, .stuck = {}});
  EXPECT_EQ(Check("AR-8").premises(), 1u);
  EXPECT_EQ(Check("AR-8").violations(), 1u) << "peers 1 and 2 are no floor";
}

TEST_F(RingCheckersTest, AValueIsLetGoOnlyWhenTheFloorHoldsItsRevision) {
  const core::BlockId block = KeyAt(7);
  const core::Key256 key = core::ClusterKey(*world_.context().suite, block);
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(10, peer, Holds(key));
  const auto let_go = [&](uint64_t revision) {
    return core::ValueLetGo{.block = block, .revision = revision, .bytes = 9, .kept = 0};
  };
  Tell(20, 6, let_go(1));
  EXPECT_EQ(Check("AR-10").premises(), 1u);
  EXPECT_EQ(Check("AR-10").violations(), 0u);
  Tell(30, 6, let_go(2));
  EXPECT_EQ(Check("AR-10").violations(), 1u) << "the rings have the revision before";
  // Who stopped since it showed the value has shown it all the same.
  TellWorld(40, WorldFact::Kind::kStopped, 2);
  Tell(50, 6, let_go(1));
  EXPECT_EQ(Check("AR-10").violations(), 1u);
  Tell(60, 1, core::BlockReleased{.key = key, .revision = 1});
  Tell(70, 6, let_go(1));
  EXPECT_EQ(Check("AR-10").violations(), 2u);
}

TEST_F(RingCheckersTest, AJoinerIsNoHolder) {
  core::Key256 shed = world_.IdOf(0);
  shed.FlipBit(0);
  for (uint32_t peer = 0; peer < 4; ++peer) Tell(10, peer, Holds(shed));
  Tell(15, 3, At(core::RingStatus::kJoining, 0, 0));
  Tell(30, 0, core::HandoffEnded{.done = true, .from = 0, .to = 1, .blocks = 1, .stuck = {}});
  EXPECT_EQ(Check("AR-8").violations(), 1u);
}

TEST_F(RingCheckersTest, MovesAreOneRingAndADwellApart) {
  const int64_t dwell_ms = world_.plan.protocol.arachnode.dwell.us / 1000;
  Tell(1 + dwell_ms, 0, At(core::RingStatus::kActive, 1, 1));
  EXPECT_EQ(Check("AR-3").premises(), 1u);
  EXPECT_EQ(Check("AR-3").violations(), 0u);
  Tell(2 * dwell_ms, 0, At(core::RingStatus::kActive, 2, 2));
  EXPECT_EQ(Check("AR-3").violations(), 1u) << "too soon, by a millisecond";
  Tell(9 * dwell_ms, 0, At(core::RingStatus::kActive, 4, 4));
  EXPECT_EQ(Check("AR-3").violations(), 2u) << "two rings";
}

TEST_F(RingCheckersTest, WhoLostItsDiskTakesAnyPlace) {
  TellWorld(11'000, WorldFact::Kind::kForgot, 0);
  Tell(12'000, 0, At(core::RingStatus::kActive, 4, 4));
  EXPECT_EQ(Check("AR-3").violations(), 0u);
}

TEST_F(RingCheckersTest, WhatIsHeldFitsIntoWhatTheScenarioTold) {
  Tell(10, 0, Holds(KeyAt(1), 100));
  EXPECT_EQ(Check("AR-7").violations(), 0u);
  Tell(11, 0, Holds(KeyAt(2), 101));
  EXPECT_EQ(Check("AR-7").violations(), 1u);
}

TEST_F(RingCheckersTest, ASearchFindsWhatAHolderThatCanBeReachedHas) {
  Tell(10, 0, Holds(KeyAt(1)));
  Tell(100'000, 7, Search(KeyAt(1), core::FetchEnd::kFound));
  EXPECT_EQ(Check("AR-5").premises(), 1u);
  EXPECT_EQ(Check("AR-5").violations(), 0u);
  Tell(100'000, 7, Search(KeyAt(1), core::FetchEnd::kUnknown));
  EXPECT_EQ(Check("AR-5").violations(), 1u);
  EXPECT_EQ(Check("AR-6").premises(), 0u) << "unknown is not absent";
  Tell(100'000, 7, Search(KeyAt(1), core::FetchEnd::kAbsent));
  EXPECT_EQ(Check("AR-5").violations(), 2u);
  EXPECT_EQ(Check("AR-6").violations(), 1u);
  Tell(100'000, 7, Search(KeyAt(2), core::FetchEnd::kAbsent));
  EXPECT_EQ(Check("AR-6").premises(), 2u);
  EXPECT_EQ(Check("AR-6").violations(), 1u) << "nobody had it";
}

TEST_F(RingCheckersTest, NoSearchMustFindWhatItsHolderCouldNotTell) {
  const auto miss = [&](int64_t ms) {
    Tell(ms, 7, Search(KeyAt(1), core::FetchEnd::kUnknown));
    Tell(ms, 7, Search(KeyAt(1), core::FetchEnd::kAbsent));
    EXPECT_EQ(Check("AR-5").violations(), 0u);
    EXPECT_EQ(Check("AR-6").violations(), 0u);
  };
  Tell(10, 0, Holds(KeyAt(1)));
  miss(30'000);  // It has it for less than a gossip's way.
  world_.cut.insert({7, 0});
  miss(100'000);
  world_.cut.clear();
  TellWorld(100'500, WorldFact::Kind::kStarted, 0);
  miss(101'000);
  Tell(200'000, 0, At(core::RingStatus::kActive, 16, 16));
  miss(300'000);  // It answers for other keys.
}

TEST_F(RingCheckersTest, ASearchAsksNoMoreThanItMay) {
  Tell(1'000, 7, Search(KeyAt(1), core::FetchEnd::kFound, 24));
  EXPECT_EQ(Check("AR-5").violations(), 0u);
  Tell(2'000, 7, Search(KeyAt(1), core::FetchEnd::kFound, 25));
  EXPECT_EQ(Check("AR-5").violations(), 1u);
}

TEST_F(RingCheckersTest, ADiskThatForgotHoldsNothing) {
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(10, peer, Holds(KeyAt(1)));
  RunTo(10);
  TellWorld(11'000, WorldFact::Kind::kForgot, 2);
  RunTo(20);
  EXPECT_EQ(Check("AR-1").violations(), 1u);
}

// Six nodes in ring 0, of which one moves out: whatever its half, it answers for 1 of 2 keys.
TEST_F(RingCheckersTest, OverlapsAreThoseOfAllKeys) {
  Tell(10, 0, At(core::RingStatus::kActive, 1, 1));
  TellWorld(20, WorldFact::Kind::kStopped, 5);
  const std::vector<uint32_t> overlaps = view_->Overlaps(world_);
  ASSERT_EQ(overlaps.size(), size_t{1} << core::limits::kRingMax);
  EXPECT_EQ(overlaps[PrefixOf(world_.IdOf(0), core::limits::kRingMax)], 5u);
  core::Key256 other = world_.IdOf(0);
  other.FlipBit(0);
  EXPECT_EQ(overlaps[PrefixOf(other, core::limits::kRingMax)], 4u);
  EXPECT_EQ(std::count(overlaps.begin(), overlaps.end(), 5u), 1 << (core::limits::kRingMax - 1));
}

TEST_F(RingCheckersTest, TheCensusSaysHowLongABlockWasUnderItsFloor) {
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(10, peer, Holds(KeyAt(1)));
  RunTo(10);
  EXPECT_EQ(metrics_.Value("rings.thin"), 0);
  for (uint32_t peer = 0; peer < 3; ++peer) TellWorld(11'000, WorldFact::Kind::kStopped, peer);
  RunTo(20);
  EXPECT_EQ(metrics_.Value("rings.thin"), 1);
  EXPECT_EQ(metrics_.Value("rings.lost"), 1);
  for (uint32_t peer = 3; peer < 6; ++peer) Tell(25'000, peer, Holds(KeyAt(1)));
  RunTo(30);
  EXPECT_EQ(metrics_.Value("rings.thin"), 0);
  EXPECT_EQ(metrics_.Value("rings.thin_time.max"), 10'000'000);
}

TEST_F(RingCheckersTest, ACensusOfWhatNodesSampledStandsBesideTheTruth) {
  Tell(10, 1, core::OverlapSampled{.keys = 8, .least = 1, .sum = 8});
  Tell(20, 1, core::OverlapSampled{.keys = 8, .least = 5, .sum = 40});
  Tell(30, 2, Holds(KeyAt(1)));
  census_.OnEnd(world_);
  EXPECT_EQ(metrics_.Value("rings.sampled.overlap.count"), 1);
  EXPECT_EQ(metrics_.Value("rings.sampled.overlap.max"), 5);
  EXPECT_EQ(metrics_.Value("rings.overlap.min"), 6);
  EXPECT_EQ(metrics_.Value("rings.coverage"), 166'666) << "one of six who answer for it";
}

// A node in ring R has three dwells and R more to come to rest.
TEST_F(RingCheckersTest, ANodeThatIsLeftAloneComesToRest) {
  const int64_t dwell_ms = world_.plan.protocol.arachnode.dwell.us / 1000;
  TellWorld(5, WorldFact::Kind::kStarted, 0);
  Tell(4 * dwell_ms, 0, At(core::RingStatus::kActive, 1, 1));
  EXPECT_EQ(Check("AR-9").violations(), 0u);
  Tell(5 * dwell_ms, 0, At(core::RingStatus::kActive, 2, 2));
  EXPECT_EQ(Check("AR-9").violations(), 0u);
  Tell(6 * dwell_ms + 6, 0, At(core::RingStatus::kActive, 1, 1));
  EXPECT_EQ(Check("AR-9").violations(), 1u);
}

TEST_F(RingCheckersTest, TooFewHoldersAtRestAreFoundUnlessNoMoreCanBeHad) {
  const int64_t dwell_ms = world_.plan.protocol.arachnode.dwell.us / 1000;
  world_.now = WorldTime{9 * dwell_ms * 1000};
  Checker& check = const_cast<Checker&>(Check("AR-9"));
  check.OnEnd(world_);
  EXPECT_EQ(check.premises(), 1u);
  EXPECT_EQ(check.violations(), 0u) << "six nodes cannot be eight";
  world_.plan.protocol.arachnode.overlap_low = 6;
  check.OnEnd(world_);
  EXPECT_EQ(check.violations(), 0u);
  Tell(0, 0, At(core::RingStatus::kActive, 1, 1));
  world_.now = WorldTime{9 * dwell_ms * 1000};
  check.OnEnd(world_);
  EXPECT_EQ(check.violations(), 1u) << "5.5 of 6";
}

}  // namespace
}  // namespace sim
