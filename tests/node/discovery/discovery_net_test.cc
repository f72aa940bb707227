// Hundreds of nodes that know one seed: protocols_of_the_other_seeds.md, 3.8 ("NAT", "zero
// configuration").
#include "tests/node/discovery/discovery_net.h"

#include <cstdio>

#include <gtest/gtest.h>

namespace node {
namespace {

using tests::DiscoveryNet;

constexpr size_t kDesired = 20;

// Seconds until every node that is up is satisfied; -1: not within the limit.
int SecondsUntilSatisfied(DiscoveryNet& net, size_t nodes, int limit) {
  for (int second = 1; second <= limit; ++second) {
    net.RunFor(core::Seconds(1));
    if (net.Satisfied(kDesired) >= nodes) return second;
  }
  return -1;
}

TEST(DiscoveryNetTest, AllReachTheDesiredDegreeFromOneSeedWithinAMinute) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    DiscoveryNet net({.seed = seed, .nodes = 300});
    const int seconds = SecondsUntilSatisfied(net, 300, 60);
    std::printf("300 nodes, seed %d: satisfied after %d s\n", static_cast<int>(seed), seconds);
    EXPECT_GT(seconds, 0) << net.Satisfied(kDesired);
    EXPECT_EQ(net.penalties(), 0u);
  }
}

TEST(DiscoveryNetTest, NattedNodesConvergeAndAreNeverAdvertised) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    DiscoveryNet net({.seed = seed, .nodes = 300, .natted_percent = 50});
    const int seconds = SecondsUntilSatisfied(net, 300, 60);
    std::printf("300 nodes, half natted: satisfied after %d s\n", seconds);
    EXPECT_GT(seconds, 0) << net.Satisfied(kDesired);
    net.RunFor(core::Minutes(5));
    EXPECT_EQ(net.natted_told(), 0u);
    EXPECT_GT(net.told(), 1'000u);
    EXPECT_EQ(net.penalties(), 0u);
    size_t wrong = 0;
    size_t unknown = 0;
    for (uint32_t i = 0; i < net.size(); ++i) {
      const Reachability found = net.At(i).reachability();
      unknown += found == Reachability::kUnknown ? 1 : 0;
      wrong += found == (net.natted(i) ? Reachability::kPublic : Reachability::kBehindNat) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0u);
    EXPECT_LE(unknown, 3u);
  }
}

TEST(DiscoveryNetTest, ARestartWithAStoredBookNeedsNoSeed) {
  DiscoveryNet net({.seed = 1, .nodes = 150});
  ASSERT_GT(SecondsUntilSatisfied(net, 150, 60), 0);
  net.RunFor(core::Minutes(2));
  const std::vector<uint8_t> stored = net.Stored(9);
  net.Stop(9);
  net.Stop(0);  // The seed is gone for good.
  net.RunFor(core::Minutes(10));
  net.Restart(9, stored);
  net.RunFor(core::Seconds(60));
  EXPECT_GE(net.At(9).outbound(), kDesired);
  EXPECT_EQ(net.SeedDials(9), 0u);
}

TEST(DiscoveryNetTest, DeadSeedsAreSurvived) {
  DiscoveryNet net({.seed = 1, .nodes = 100, .dead_seeds = 2});
  const int seconds = SecondsUntilSatisfied(net, 100, 60);
  std::printf("100 nodes, two of three seeds dead: satisfied after %d s\n", seconds);
  EXPECT_GT(seconds, 0);
  net.Stop(0);
  net.RunFor(core::Minutes(5));
  EXPECT_GE(net.Satisfied(kDesired), 98u);
}

TEST(DiscoveryNetTest, AFullSeedSendsItsVisitorsOn) {
  DiscoveryNet net({.seed = 1, .nodes = 200, .inbound_max = 30});
  const int seconds = SecondsUntilSatisfied(net, 200, 120);
  std::printf("200 nodes, 30 inbound each: satisfied after %d s\n", seconds);
  EXPECT_GT(seconds, 0) << net.Satisfied(kDesired);
  EXPECT_EQ(net.penalties(), 0u);
}

TEST(DiscoveryNetTest, LostPeersAreReplaced) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    DiscoveryNet net({.seed = seed, .nodes = 150});
    ASSERT_GT(SecondsUntilSatisfied(net, 150, 60), 0);
    for (uint32_t i = 1; i <= 50; ++i) net.Stop(i);
    const int seconds = SecondsUntilSatisfied(net, 100, 60);
    std::printf("150 nodes, a third stopped: satisfied again after %d s\n", seconds);
    EXPECT_GT(seconds, 0) << net.Satisfied(kDesired);
  }
}

TEST(DiscoveryNetTest, TheSameSeedGivesTheSameRun) {
  const auto trace = [](uint64_t seed) {
    DiscoveryNet net({.seed = seed, .nodes = 80, .natted_percent = 30});
    net.RunFor(core::Seconds(90));
    return net.Trace();
  };
  EXPECT_EQ(trace(1), trace(1));
  EXPECT_NE(trace(1), trace(2));
}

}  // namespace
}  // namespace node
