#include "sim/network/placement.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/network/latency.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

Scenario ThreeRegions(uint32_t count) {
  Scenario scenario = SmallWorld(count);
  NetworkSpec& net = scenario.network;
  net.model = NetworkSpec::Model::kRegions;
  net.regions = {
      {"east", 500'000, 1'000, 2'000}, {"west", 300'000, 0, 0}, {"south", 200'000, 7, 8}};
  net.region_one_way_us = {5'000, 40'000, 90'000, 41'000, 6'000, 70'000, 91'000, 71'000, 7'000};
  return scenario;
}

Placement MustPlace(const Scenario& scenario, uint64_t seed = 1) {
  auto placement = Placement::Make(scenario, seed);
  EXPECT_TRUE(placement.ok()) << placement.status().ToString();
  return std::move(placement).value();
}

TEST(PlacementTest, RegionsGetTheirShares) {
  const Scenario scenario = ThreeRegions(100'000);
  const Placement placement = MustPlace(scenario);
  std::array<int, 3> counts{};
  for (uint32_t i = 0; i < 100'000; ++i) ++counts[placement.SiteOf({i})];
  EXPECT_NEAR(counts[0], 50'000, 700);
  EXPECT_NEAR(counts[1], 30'000, 700);
  EXPECT_NEAR(counts[2], 20'000, 700);
}

TEST(PlacementTest, AGroupsOwnRegionAndRatesWin) {
  Scenario scenario = ThreeRegions(10);
  Group& group = AddGroup(scenario, "southerners", 50);
  group.region = "south";
  group.up_bits_per_s = 99;
  Group& slow = AddGroup(scenario, "slow", 1);
  slow.region = "south";
  slow.down_bits_per_s = 5;
  const Placement placement = MustPlace(scenario);
  EXPECT_EQ(placement.RatesOf({60}), (Rates{7, 5}));
  for (uint32_t i = 10; i < 60; ++i) {
    EXPECT_EQ(placement.SiteOf({i}), 2u);
    EXPECT_EQ(placement.RatesOf({i}), (Rates{99, 8}));
  }
}

TEST(PlacementTest, MorePeersMoveNobody) {
  const Scenario few = ThreeRegions(100);
  const Scenario many = ThreeRegions(1000);
  const Placement a = MustPlace(few);
  const Placement b = MustPlace(many);
  const Placement other_seed = MustPlace(few, 2);
  int moved = 0;
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(a.SiteOf({i}), b.SiteOf({i}));
    moved += a.SiteOf({i}) != other_seed.SiteOf({i}) ? 1 : 0;
  }
  EXPECT_GT(moved, 30);
}

TEST(PlacementTest, ReachabilityFollowsTheShares) {
  Scenario scenario = SmallWorld(50'000);
  scenario.groups[0].reachability_ppm = {{Reachability::kSymmetric, 250'000},
                                         {Reachability::kOneWay, 100'000}};
  const Placement placement = MustPlace(scenario);
  std::array<int, 6> counts{};
  for (uint32_t i = 0; i < 50'000; ++i) {
    ++counts[static_cast<size_t>(placement.ReachabilityOf({i}))];
  }
  EXPECT_NEAR(counts[static_cast<size_t>(Reachability::kSymmetric)], 12'500, 400);
  EXPECT_NEAR(counts[static_cast<size_t>(Reachability::kOneWay)], 5'000, 300);
  EXPECT_NEAR(counts[static_cast<size_t>(Reachability::kPublic)], 32'500, 500);
}

TEST(PlacementTest, FourBytesAPeerAndFourMoreForAccess) {
  Scenario scenario = ThreeRegions(100'000);
  EXPECT_LE(MustPlace(scenario).MemoryUsage(), 400'000u + 1024);
  scenario.network.access_us = {1'000, 2'000, 30'000};
  EXPECT_LE(MustPlace(scenario).MemoryUsage(), 800'000u + 1024);
}

TEST(PlacementTest, AccessDelaysFollowTheQuantileTable) {
  Scenario scenario = ThreeRegions(20'000);
  scenario.network.access_us = {1'000, 2'000, 30'000};
  const Placement placement = MustPlace(scenario);
  int below_median = 0;
  for (uint32_t i = 0; i < 20'000; ++i) {
    const Duration access = placement.AccessOf({i});
    EXPECT_GE(access.us, 1'000);
    EXPECT_LE(access.us, 30'000);
    below_median += access.us < 2'000 ? 1 : 0;
  }
  EXPECT_NEAR(below_median, 10'000, 300);
}

TEST(PlacementTest, RelaysArePublicAndSpread) {
  Scenario scenario = SmallWorld(1000);
  scenario.groups[0].reachability_ppm = {{Reachability::kRelayOnly, 990'000}};
  const Placement placement = MustPlace(scenario);
  std::vector<int> load(1000);
  for (uint32_t i = 0; i < 1000; ++i) {
    if (!placement.HasRelay({i})) continue;
    const core::PeerId relay = placement.RelayOf({i});
    EXPECT_EQ(placement.ReachabilityOf(relay), Reachability::kPublic);
    EXPECT_EQ(relay, placement.RelayOf({i}));
    ++load[relay.value];
  }
  int relays = 0;
  for (const int l : load) relays += l > 0 ? 1 : 0;
  EXPECT_GE(relays, 3);
}

TEST(PlacementTest, WhatDoesNotFitIsRefusedWithItsName) {
  Scenario scenario = ThreeRegions(10);
  scenario.groups[0].region = "north";
  auto refused = Placement::Make(scenario, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(core::MessageOf(refused.status()),
            "group all: found region \"north\", allowed: one of the network's 3 regions");

  scenario = SmallWorld(10);
  scenario.groups[0].reachability_ppm = {{Reachability::kRelayOnly, 1'000'000}};
  EXPECT_FALSE(Placement::Make(scenario, 1).ok());

  scenario = SmallWorld(10);
  scenario.groups[0].first = 3;
  EXPECT_FALSE(Placement::Make(scenario, 1).ok());

  scenario = ThreeRegions(10);
  scenario.network.region_one_way_us.pop_back();
  EXPECT_FALSE(Placement::Make(scenario, 1).ok());

  scenario = SmallWorld(10);
  scenario.network.model = NetworkSpec::Model::kMatrix;
  EXPECT_FALSE(Placement::Make(scenario, 1).ok());
}

TEST(LatencyTest, FixedIsTheSameForEveryPair) {
  const Scenario scenario = SmallWorld(5);
  const auto network = MakeNetwork(scenario);
  EXPECT_EQ(network->OneWay({0}, {4}), core::Milliseconds(50));
  EXPECT_EQ(network->Lookahead(), core::Milliseconds(50));
}

TEST(LatencyTest, UniformIsSymmetricPerPairAndUniform) {
  Scenario scenario = SmallWorld(400);
  scenario.network.model = NetworkSpec::Model::kUniform;
  const auto network = MakeNetwork(scenario);
  EXPECT_EQ(network->Lookahead(), core::Milliseconds(10));
  std::array<int, 9> tenths{};
  int pairs = 0;
  for (uint32_t a = 0; a < 400; ++a) {
    for (uint32_t b = a + 1; b < 400; ++b) {
      const Duration delay = network->OneWay({a}, {b});
      ASSERT_EQ(delay, network->OneWay({b}, {a}));
      ASSERT_LE(delay, core::Milliseconds(100));
      const int64_t tenth = std::min<int64_t>((delay.us - 10'000) / 10'000, 8);
      ++tenths[static_cast<size_t>(tenth)];
      ++pairs;
    }
  }
  for (const int count : tenths) EXPECT_NEAR(count, pairs / 9, 500);
}

TEST(LatencyTest, MatrixKeepsItsDirections) {
  Scenario scenario = SmallWorld(50);
  scenario.network.model = NetworkSpec::Model::kMatrix;
  scenario.network.matrix_side = 2;
  scenario.network.matrix_one_way_us = {0, 3'000, 9'000, 0};
  const auto network = MakeNetwork(scenario);
  EXPECT_EQ(network->Lookahead(), core::Milliseconds(1));
  const Placement& placement = network->placement();
  int crossing = 0;
  for (uint32_t a = 0; a < 50; ++a) {
    for (uint32_t b = 0; b < 50; ++b) {
      const uint32_t from = placement.SiteOf({a});
      const uint32_t to = placement.SiteOf({b});
      const int64_t expected = from == to ? 1'000 : (from == 0 ? 3'000 : 9'000);
      EXPECT_EQ(network->OneWay({a}, {b}).us, expected);
      crossing += from != to ? 1 : 0;
    }
  }
  EXPECT_GT(crossing, 500);
}

TEST(LatencyTest, RegionsAddBothAccessDelays) {
  Scenario scenario = ThreeRegions(100);
  scenario.network.access_us = {2'000, 5'000};
  const auto network = MakeNetwork(scenario);
  EXPECT_EQ(network->Lookahead().us, 5'000 + 2 * 2'000);
  const Placement& placement = network->placement();
  for (uint32_t a = 0; a < 100; ++a) {
    const uint32_t b = 99 - a;
    const size_t entry = placement.SiteOf({a}) * 3 + placement.SiteOf({b});
    const int64_t expected = scenario.network.region_one_way_us[entry] +
                             placement.AccessOf({a}).us + placement.AccessOf({b}).us;
    EXPECT_EQ(network->OneWay({a}, {b}).us, expected);
  }
}

}  // namespace
}  // namespace sim
