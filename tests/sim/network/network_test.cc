#include "sim/network/network.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "sim/network/distribution.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

constexpr WorldTime kNow{core::Seconds(100).us};

Passage SendOne(const Network& network, uint32_t from, uint32_t to, uint32_t sequence) {
  LinkState link;
  return network.Send({kNow, {from}, {to}, sequence, 200}, link);
}

TEST(NetworkTest, WithoutTroubleTheDelayIsTheBase) {
  const Scenario scenario = SmallWorld(10);
  const auto network = MakeNetwork(scenario);
  const Passage passage = SendOne(*network, 1, 2, 0);
  EXPECT_FALSE(passage.lost);
  EXPECT_FALSE(passage.duplicated);
  EXPECT_FALSE(passage.corrupted);
  EXPECT_EQ(passage.delay, core::Milliseconds(50));
}

TEST(NetworkTest, EveryShareIsKept) {
  Scenario scenario = SmallWorld(10);
  scenario.network.loss = {1, 10};
  scenario.network.duplicate = {1, 20};
  scenario.network.reorder = {1, 5};
  scenario.network.reorder_extra = core::Milliseconds(70);
  scenario.network.corrupt = {1, 50};
  const auto network = MakeNetwork(scenario);
  int lost = 0;
  int duplicated = 0;
  int reordered = 0;
  int corrupted = 0;
  for (uint32_t i = 0; i < 100'000; ++i) {
    const Passage p = SendOne(*network, i % 10, (i + 1) % 10, i / 10);
    if (p.lost) {
      EXPECT_EQ(p.reason, DropReason::kLoss);
      ++lost;
      continue;
    }
    duplicated += p.duplicated ? 1 : 0;
    reordered += p.delay == core::Milliseconds(120) ? 1 : 0;
    corrupted += p.corrupted ? 1 : 0;
    if (p.corrupted) {
      ASSERT_NE(p.corrupt_flip, 0);
      ASSERT_LT(p.corrupt_position, 200u);
    }
  }
  EXPECT_NEAR(lost, 10'000, 400);
  EXPECT_NEAR(duplicated, 4'500, 300);
  EXPECT_NEAR(reordered, 18'000, 500);
  EXPECT_NEAR(corrupted, 1'800, 200);
}

TEST(NetworkTest, JitterFollowsItsDistributionAndCopiesJitterApart) {
  Scenario scenario = SmallWorld(10);
  scenario.network.jitter.kind = Distribution::Kind::kExponential;
  scenario.network.jitter.scale = core::Milliseconds(20);
  scenario.network.duplicate = {1, 1};
  const auto network = MakeNetwork(scenario);
  int64_t sum = 0;
  int same = 0;
  constexpr uint32_t kCount = 50'000;
  for (uint32_t i = 0; i < kCount; ++i) {
    const Passage p = SendOne(*network, 3, 4, i);
    sum += p.delay.us - 50'000;
    same += p.delay == p.duplicate_delay ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(sum) / kCount, 20'000.0, 300.0);
  EXPECT_LT(same, 20);
}

TEST(NetworkTest, DrawsHangOnSeedSenderAndSequenceAlone) {
  Scenario scenario = SmallWorld(10);
  scenario.network.jitter.kind = Distribution::Kind::kExponential;
  scenario.network.jitter.scale = core::Milliseconds(20);
  const auto network = MakeNetwork(scenario, 1);
  const auto twin = MakeNetwork(scenario, 1);
  const auto stranger = MakeNetwork(scenario, 2);
  // Asked in opposite orders.
  std::vector<Duration> forward;
  for (uint32_t i = 0; i < 100; ++i) forward.push_back(SendOne(*network, 1, 2, i).delay);
  for (uint32_t i = 100; i-- > 0;) EXPECT_EQ(SendOne(*twin, 1, 2, i).delay, forward[i]);
  EXPECT_NE(SendOne(*stranger, 1, 2, 0).delay, forward[0]);
  EXPECT_NE(SendOne(*network, 2, 1, 0).delay, forward[0]);
}

TEST(NetworkTest, AnAddedFeatureMovesNoOtherDraw) {
  Scenario plain = SmallWorld(10);
  plain.network.loss = {1, 3};
  plain.network.jitter.kind = Distribution::Kind::kExponential;
  plain.network.jitter.scale = core::Milliseconds(20);
  Scenario more = plain;
  more.network.duplicate = {1, 2};
  more.network.corrupt = {1, 2};
  const auto a = MakeNetwork(plain);
  const auto b = MakeNetwork(more);
  for (uint32_t i = 0; i < 1000; ++i) {
    const Passage left = SendOne(*a, 1, 2, i);
    const Passage right = SendOne(*b, 1, 2, i);
    ASSERT_EQ(left.lost, right.lost);
    ASSERT_EQ(left.delay, right.delay);
  }
}

TEST(NetworkTest, FaultsActWhileTheyLast) {
  const Scenario scenario = SmallWorld(10);
  const auto network = MakeNetwork(scenario);
  network->Begin(LinkFault(Fault::Kind::kPartition, Range(0, 5), Range(5, 10)), 0);
  Fault slow = LinkFault(Fault::Kind::kDelay, Range(0, 10));
  slow.amount = core::Milliseconds(30);
  network->Begin(slow, 1);
  EXPECT_TRUE(network->Blocked({0}, {5}));
  EXPECT_EQ(SendOne(*network, 0, 5, 0).reason, DropReason::kPartition);
  EXPECT_EQ(SendOne(*network, 0, 4, 0).delay, core::Milliseconds(80));
  network->End(0);
  network->End(1);
  EXPECT_EQ(SendOne(*network, 0, 5, 0).delay, core::Milliseconds(50));
  Fault loss = LinkFault(Fault::Kind::kLoss, Range(0, 10));
  loss.ratio = {1, 1};
  network->Begin(loss, 2);
  EXPECT_EQ(SendOne(*network, 0, 5, 0).reason, DropReason::kFault);
  network->End(2);
  Fault flip = LinkFault(Fault::Kind::kCorrupt, Range(0, 10));
  flip.ratio = {1, 1};
  network->Begin(flip, 3);
  const Passage corrupted = SendOne(*network, 0, 5, 0);
  EXPECT_TRUE(corrupted.corrupted);
  EXPECT_NE(corrupted.corrupt_flip, 0);
}

TEST(NetworkTest, ARelayedWayIsCutWhereEitherHalfIs) {
  Scenario scenario = SmallWorld(2);
  AddGroup(scenario, "hidden", 1).reachability_ppm = {{Reachability::kRelayOnly, 1'000'000}};
  const auto network = MakeNetwork(scenario);
  const core::PeerId relay = network->placement().RelayOf({2});
  const core::PeerId other{1 - relay.value};
  network->Begin(
      LinkFault(Fault::Kind::kPartition, Range(2, 3), Range(other.value, other.value + 1)), 0);
  EXPECT_FALSE(network->Blocked(other, {2}));
  EXPECT_TRUE(network->Blocked({2}, other));
  network->Begin(LinkFault(Fault::Kind::kIsolate, Range(relay.value, relay.value + 1)), 1);
  EXPECT_TRUE(network->Blocked(other, {2}));
}

TEST(NetworkTest, WhatDoesNotFitIsRefused) {
  Scenario scenario = SmallWorld(10);
  scenario.network.loss = {3, 2};
  auto refused = Network::Create(scenario, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(core::MessageOf(refused.status()), "network: loss is 3/2, allowed: 0 to 1");
  scenario = SmallWorld(10);
  scenario.network.floor = {};
  EXPECT_FALSE(Network::Create(scenario, 1).ok());
  scenario = SmallWorld(10);
  scenario.network.uniform_high = core::Milliseconds(1);
  EXPECT_FALSE(Network::Create(scenario, 1).ok());
  scenario = SmallWorld(10);
  scenario.network.jitter.kind = Distribution::Kind::kTable;
  EXPECT_FALSE(Network::Create(scenario, 1).ok());
}

// A scenario with every feature drawn at random, small enough to make many.
Scenario RandomScenario(core::Random& random) {
  Scenario scenario = SmallWorld(static_cast<uint32_t>(random.Between(1, 40)));
  NetworkSpec& net = scenario.network;
  net.model = static_cast<NetworkSpec::Model>(random.Below(4));
  net.fixed = {random.Between(0, 100'000)};
  net.uniform_low = {random.Between(0, 50'000)};
  net.uniform_high = {net.uniform_low.us + random.Between(0, 50'000)};
  net.floor = {random.Between(1, 20'000)};
  const uint32_t sites = static_cast<uint32_t>(random.Between(1, 5));
  std::vector<uint32_t> delays;
  for (uint32_t i = 0; i < sites * sites; ++i) {
    delays.push_back(static_cast<uint32_t>(random.Below(100'000)));
  }
  net.matrix_side = sites;
  net.matrix_one_way_us = delays;
  net.region_one_way_us = delays;
  for (uint32_t i = 0; i < sites; ++i) {
    const uint64_t rate = random.Below(2) * 1'000'000;
    net.regions.push_back({"r" + std::to_string(i), 1'000'000 / sites, rate, rate});
  }
  net.access_us = {random.Between(0, 1'000), random.Between(1'000, 9'000)};
  net.jitter.kind = static_cast<Distribution::Kind>(random.Below(7));
  net.jitter.low = {random.Between(0, 100)};
  net.jitter.high = {random.Between(100, 9'000)};
  net.jitter.scale = {random.Between(0, 9'000)};
  net.jitter.quantiles_us = {0, 100, 5'000};
  net.duplicate = {1, 3};
  net.reorder = {1, 3};
  net.loss = {1, 10};
  net.bandwidth = random.Chance({1, 2});
  Group& odd = AddGroup(scenario, "odd", static_cast<uint32_t>(random.Between(1, 20)));
  odd.reachability_ppm = {{static_cast<Reachability>(random.Below(6)), 1'000'000}};
  return scenario;
}

RC_GTEST_PROP(NetworkPropertyTest, NoDelayIsBelowTheLookahead, (uint64_t seed)) {
  core::Random random({.seed = seed, .purpose = core::Purpose::kTest});
  const Scenario scenario = RandomScenario(random);
  const auto network = MakeNetwork(scenario, seed);
  const uint32_t peers = network->placement().PeerCount();
  RC_ASSERT(network->Lookahead() >= scenario.network.floor);
  Fault slow = LinkFault(Fault::Kind::kDelay, Range(0, peers / 2 + 1));
  slow.amount = {random.Between(-5'000, 5'000)};
  network->Begin(slow, 0);
  std::vector<LinkState> links(peers);
  for (uint32_t i = 0; i < 300; ++i) {
    const core::PeerId from{static_cast<uint32_t>(random.Below(peers))};
    const core::PeerId to{static_cast<uint32_t>(random.Below(peers))};
    const uint32_t bytes = static_cast<uint32_t>(random.Below(2000));
    const Posting posting{kNow + Duration{i}, from, to, i, bytes};
    const Passage passage = network->Send(posting, links[from.value]);
    RC_ASSERT(network->OneWay(from, to) >= network->Lookahead());
    RC_ASSERT(passage.lost == (passage.reason != DropReason::kNone));
    if (passage.lost) continue;
    RC_ASSERT(passage.delay >= network->Lookahead());
    RC_ASSERT(!passage.duplicated || passage.duplicate_delay >= network->Lookahead());
    const ReceiverVerdict verdict =
        network->Receive({posting.now + passage.delay, from, to, i, bytes}, links[to.value]);
    RC_ASSERT(verdict.dropped() || verdict.at >= posting.now + passage.delay);
  }
}

// Everything that Send decides, as bits: a change here changes every golden run.
TEST(NetworkTest, TheBitsArePinned) {
  core::Hasher hasher;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    core::Random random({.seed = seed, .purpose = core::Purpose::kTest});
    const Scenario scenario = RandomScenario(random);
    const auto network = MakeNetwork(scenario, seed);
    const uint32_t peers = network->placement().PeerCount();
    LinkState link;
    for (uint32_t i = 0; i < 200; ++i) {
      const Passage p = network->Send({kNow + Duration{i}, {0}, {i % peers}, i, 100 + i}, link);
      hasher.Add(p.delay.us);
      hasher.Add(p.duplicate_delay.us);
      hasher.Add(p.reason);
    }
  }
  EXPECT_EQ(core::ToHex(hasher.Result()), "58aa25e0230f07c96db8f5c373bdbea4");
}

}  // namespace
}  // namespace sim
