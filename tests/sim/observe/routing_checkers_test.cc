#include <gtest/gtest.h>

#include "sim/observe/allowances.h"
#include "sim/observe/checkers/hops_checker.h"
#include "sim/observe/checkers/nearest_checker.h"
#include "sim/observe/checkers/overlay_checker.h"
#include "sim/observe/id_index.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

// A world whose peers all started at 0 with warm tables.
class RoutingCheckersTest : public ::testing::Test {
 protected:
  static constexpr uint32_t kPeers = 40;

  void Start(Observer& observer) {
    for (uint32_t peer = 0; peer < kPeers; ++peer) {
      world_.TellWorld(observer, 0, WorldFact::Kind::kStarted, peer);
    }
  }

  core::LookupDone Lookup(core::PeerId nearest) {
    core::LookupDone lookup;
    lookup.target = TopicKey(0x42);
    lookup.nearest.push_back(nearest);
    return lookup;
  }

  core::PeerId Truth(uint32_t looker) {
    const IdIndex index(*world_.context().directory, kPeers);
    return index.Nearest(TopicKey(0x42), [&](core::PeerId peer) {
      return peer.value != looker && world_.IsUp(peer) && world_.IsHonest(peer);
    });
  }

  FakeWorld world_{kPeers};
};

TEST_F(RoutingCheckersTest, ALookupWithTheNearestPasses) {
  Metrics metrics;
  NearestChecker checker(&metrics);
  Start(checker);
  world_.Tell(checker, 5000, 3, Lookup(Truth(3)));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  EXPECT_EQ(checker.premises(), 1u);
  EXPECT_EQ(metrics.Value("lookup.exact"), 1'000'000);
}

TEST_F(RoutingCheckersTest, ALookupThatMissesTheNearestFails) {
  NearestChecker checker(nullptr);
  Start(checker);
  const core::PeerId truth = Truth(3);
  const core::PeerId wrong{truth.value == 5 ? 6u : 5u};
  world_.Tell(checker, 5000, 3, Lookup(wrong));
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->peer, core::PeerId{3});
  EXPECT_TRUE(checker.first()->expected.starts_with("peer " + std::to_string(truth.value)));
}

TEST_F(RoutingCheckersTest, PeersThatAreDownLyingOrNewAreNotPartOfTheTruth) {
  NearestChecker checker(nullptr);
  Start(checker);
  const core::PeerId first = Truth(3);
  world_.down.insert(first.value);
  const core::PeerId second = Truth(3);
  world_.dishonest.insert(second.value);
  const core::PeerId third = Truth(3);
  world_.TellWorld(checker, 1000, WorldFact::Kind::kStopped, third.value);
  world_.TellWorld(checker, 2000, WorldFact::Kind::kStarted, third.value);
  world_.Tell(checker, 3000, third.value, core::Joined{});
  world_.down.insert(third.value);  // For Truth only; the checker knows it as a newcomer.
  const core::PeerId fourth = Truth(3);
  world_.down.erase(third.value);
  world_.Tell(checker, 9000, 3, Lookup(fourth));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  world_.Tell(checker, 64'000, 3, Lookup(fourth));
  EXPECT_EQ(checker.verdict(), Verdict::kFailed) << "the newcomer has settled";
}

TEST_F(RoutingCheckersTest, APausedPeerIsANewcomerWhenItGoesOn) {
  NearestChecker checker(nullptr);
  Start(checker);
  const core::PeerId paused = Truth(3);
  world_.down.insert(paused.value);  // For Truth only.
  const core::PeerId next = Truth(3);
  world_.down.clear();
  world_.TellWorld(checker, 1000, WorldFact::Kind::kPaused, paused.value);
  world_.Tell(checker, 70'000, 3, Lookup(next));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  world_.TellWorld(checker, 71'000, WorldFact::Kind::kResumed, paused.value);
  world_.Tell(checker, 130'000, 3, Lookup(next));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  world_.Tell(checker, 131'000, 3, Lookup(next));
  EXPECT_EQ(checker.verdict(), Verdict::kFailed) << "it has settled again";
}

TEST_F(RoutingCheckersTest, NothingIsDemandedWhileThePartitionLasts) {
  world_.plan.faults.emplace_back().kind = Fault::Kind::kPartition;
  NearestChecker checker(nullptr);
  Start(checker);
  const core::PeerId wrong{Truth(3).value == 5 ? 6u : 5u};
  world_.TellWorld(checker, 1000, WorldFact::Kind::kFaultBegan, core::kNoPeer.value, 0);
  world_.Tell(checker, 2000, 3, Lookup(wrong));
  world_.TellWorld(checker, 3000, WorldFact::Kind::kFaultEnded, core::kNoPeer.value, 0);
  world_.Tell(checker, 30'000, 3, Lookup(wrong));
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  world_.Tell(checker, 64'000, 3, Lookup(wrong));
  EXPECT_EQ(checker.verdict(), Verdict::kFailed);
}

TEST_F(RoutingCheckersTest, ComparesOnlySoManyLookupsPerSecond) {
  NearestChecker checker(nullptr);
  Start(checker);
  const core::PeerId truth = Truth(3);
  for (int i = 0; i < 200; ++i) world_.Tell(checker, 500, 3, Lookup(truth));
  EXPECT_EQ(checker.premises(), kNearestPerSecond);
  world_.RunTo(checker, 1);
  world_.Tell(checker, 1500, 3, Lookup(truth));
  EXPECT_EQ(checker.premises(), kNearestPerSecond + 1);
}

TEST_F(RoutingCheckersTest, HopsAreBoundedByTheLogarithm) {
  HopsChecker checker;
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  core::LookupDone lookup;
  lookup.hops = 7;  // 40 peers: 6 bits, half of them and 4.
  world_.Tell(checker, 1, 0, core::Joined{});
  world_.Tell(checker, 2, 0, lookup);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous) << "the peer has not settled";
  world_.Tell(checker, 61'000, 0, lookup);
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  lookup.hops = 8;
  world_.Tell(checker, 62'000, 0, lookup);
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->expected, "at most 7 hops among 40 peers");
}

TEST_F(RoutingCheckersTest, ARingIsOneOverlayAndHasTheDiameterOfARing) {
  Metrics metrics;
  OverlayChecker checker(&metrics);
  Start(checker);
  for (uint32_t peer = 0; peer < kPeers; ++peer) {
    world_.contacts[peer] = {{(peer + 1) % kPeers}};
  }
  world_.RunTo(checker, 10);
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  EXPECT_EQ(checker.premises(), 1u);
  checker.OnEnd(world_);
  EXPECT_EQ(metrics.Value("routing.components"), 1);
  EXPECT_EQ(metrics.Value("routing.diameter"), kPeers - 1);
  EXPECT_EQ(metrics.Value("routing.degree.max"), 1);
  EXPECT_EQ(metrics.Value("routing.clustering"), 0);
}

TEST_F(RoutingCheckersTest, ACompleteGraphIsFullyClustered) {
  Metrics metrics;
  OverlayChecker checker(&metrics);
  Start(checker);
  for (uint32_t peer = 0; peer < kPeers; ++peer) {
    for (uint32_t other = 0; other < kPeers; ++other) {
      if (other != peer) world_.contacts[peer].push_back({other});
    }
  }
  world_.RunTo(checker, 10);
  checker.OnEnd(world_);
  EXPECT_EQ(metrics.Value("routing.clustering"), 1'000'000);
  EXPECT_EQ(metrics.Value("routing.diameter"), 1);
}

TEST_F(RoutingCheckersTest, TwoIslandsAreFound) {
  OverlayChecker checker(nullptr);
  Start(checker);
  for (uint32_t peer = 0; peer + 2 < kPeers; ++peer) world_.contacts[peer] = {{peer + 2}};
  world_.RunTo(checker, 10);
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->found, "2 components, the largest of 20");
}

TEST_F(RoutingCheckersTest, AnOverlayOfOneIsVacuous) {
  OverlayChecker checker(nullptr);
  world_.TellWorld(checker, 0, WorldFact::Kind::kStarted, 0);
  world_.RunTo(checker, 20);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
}

TEST_F(RoutingCheckersTest, LivenessIsDemandedOnlyAfterTheFaultPhase) {
  world_.plan.safety_until = core::Seconds(70);
  HopsChecker checker;
  core::LookupDone lookup;
  lookup.hops = 100;
  world_.Tell(checker, 1, 0, core::Joined{});
  world_.Tell(checker, 65'000, 0, lookup);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  world_.Tell(checker, 71'000, 0, lookup);
  EXPECT_EQ(checker.verdict(), Verdict::kFailed);
  world_.plan.safety_only = true;
  HopsChecker safety_only;
  world_.Tell(safety_only, 1, 0, core::Joined{});
  world_.Tell(safety_only, 71'000, 0, lookup);
  EXPECT_EQ(safety_only.verdict(), Verdict::kVacuous);
}

}  // namespace
}  // namespace sim
