#include "sim/network/nat.h"

#include <array>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "sim/network/network.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

constexpr std::array<Reachability, 6> kClasses = {
    Reachability::kPublic,    Reachability::kFullCone,  Reachability::kRestricted,
    Reachability::kSymmetric, Reachability::kRelayOnly, Reachability::kOneWay};

// Peers 0..5: one of each class in that order; 6..11: the same again.
Scenario OneOfEach() {
  Scenario scenario;
  scenario.duration = core::Minutes(10);
  for (int copy = 0; copy < 2; ++copy) {
    for (const Reachability reachability : kClasses) {
      AddGroup(scenario, "one", 1).reachability_ppm = {{reachability, 1'000'000}};
    }
  }
  return scenario;
}

struct Pair {
  explicit Pair(size_t from_class, size_t to_class)
      : scenario(OneOfEach()),
        network(MakeNetwork(scenario)),
        a{static_cast<uint32_t>(from_class)},
        b{static_cast<uint32_t>(6 + to_class)} {}

  void Send(core::PeerId from, core::PeerId to, WorldTime now) {
    const Passage passage =
        network->Send({now, from, to, sequence++, 100}, from == a ? at_a : at_b);
    EXPECT_FALSE(passage.lost);
  }

  // Does a message from a get into b?
  [[nodiscard]] bool Enters(WorldTime now) {
    return !network->Receive({now, a, b, 0, 100}, at_b).dropped();
  }

  Scenario scenario;
  std::unique_ptr<Network> network;
  core::PeerId a;
  core::PeerId b;
  LinkState at_a;
  LinkState at_b;
  uint32_t sequence = 0;
};

constexpr WorldTime kNow{core::Minutes(5).us};

// Rows: sender a; columns: receiver b. Order: public, full cone, restricted, symmetric, relay,
// one-way.
using Table = std::array<std::string, 6>;

TEST(NatTest, StrangersGetInWhereNothingWasSent) {
  const Table expected = {"100010", "100010", "100010", "100010", "100010", "100010"};
  for (size_t from = 0; from < 6; ++from) {
    for (size_t to = 0; to < 6; ++to) {
      EXPECT_EQ(Pair(from, to).Enters(kNow), expected[from][to] == '1') << from << " to " << to;
    }
  }
}

TEST(NatTest, AnswersGetInWhereThePortCanBeKnown) {
  const Table expected = {"111111", "111111", "111011", "110011", "111111", "111111"};
  for (size_t from = 0; from < 6; ++from) {
    for (size_t to = 0; to < 6; ++to) {
      Pair pair(from, to);
      pair.Send(pair.b, pair.a, kNow);
      EXPECT_EQ(pair.Enters(kNow + core::Seconds(1)), expected[from][to] == '1')
          << from << " to " << to;
    }
  }
}

TEST(NatTest, TalkingToAnotherOpensOnlyAFullCone) {
  for (size_t from = 0; from < 6; ++from) {
    for (size_t to = 0; to < 6; ++to) {
      Pair pair(from, to);
      pair.Send(pair.b, core::PeerId{static_cast<uint32_t>(from == 0 ? 1 : 0)}, kNow);
      const bool open = to == 0 || to == 1 || to == 4;
      EXPECT_EQ(pair.Enters(kNow + core::Seconds(1)), open) << from << " to " << to;
    }
  }
}

TEST(NatTest, RestrictedPeersMeetByPunchingFromBothSides) {
  Pair pair(2, 2);
  pair.Send(pair.a, pair.b, kNow);
  EXPECT_FALSE(pair.Enters(kNow + core::Seconds(1)));
  pair.Send(pair.b, pair.a, kNow + core::Seconds(1));
  EXPECT_TRUE(pair.Enters(kNow + core::Seconds(2)));
}

TEST(NatTest, MappingsLiveExactlyTheirTime) {
  for (const size_t to : {size_t{1}, size_t{2}, size_t{3}, size_t{5}}) {
    Pair pair(0, to);
    pair.Send(pair.b, pair.a, kNow);
    const Duration life = to == 5 ? core::Seconds(30) : core::Seconds(120);
    EXPECT_TRUE(pair.Enters(kNow + life)) << to;
    EXPECT_FALSE(pair.Enters(kNow + life + Duration{1})) << to;
    pair.Send(pair.b, pair.a, kNow + life);
    EXPECT_TRUE(pair.Enters(kNow + life + life)) << to;
  }
}

TEST(NatTest, PublicPeersKeepNoTable) {
  Pair pair(0, 0);
  pair.Send(pair.b, pair.a, kNow);
  EXPECT_EQ(pair.at_b.nat, nullptr);
  EXPECT_EQ(pair.at_b.HeapBytes(), 0u);
  EXPECT_LE(sizeof(LinkState), 24u);
}

TEST(NatTest, TheTableForgetsWhatHasExpired) {
  NatTable table;
  WorldTime now;
  for (uint32_t i = 0; i < 100'000; ++i) {
    now = now + core::Milliseconds(100);
    table.Sent(now, {i * 7919 % 50'021}, kMappingLifetime);
  }
  // 1,200 live mappings at a time; the vector at most doubles over that.
  EXPECT_LE(table.size(), 2500u);
  EXPECT_LE(table.MemoryUsage(), 12u * 4100);
  EXPECT_TRUE(table.SentTo({99'999u * 7919 % 50'021}, now, kMappingLifetime));
}

TEST(NatTest, RelayedMessagesTakeTheWayOverTheRelay) {
  Scenario scenario = SmallWorld(200);
  scenario.network.model = NetworkSpec::Model::kUniform;
  AddGroup(scenario, "hidden", 50).reachability_ppm = {{Reachability::kRelayOnly, 1'000'000}};
  const auto network = MakeNetwork(scenario);
  for (uint32_t i = 0; i < 50; ++i) {
    const core::PeerId from{i};
    const core::PeerId to{200 + i};
    const core::PeerId relay = network->placement().RelayOf(to);
    LinkState link;
    const Passage in = network->Send({kNow, from, to, 1, 100}, link);
    if (relay == from) {
      EXPECT_EQ(in.relay, core::kNoPeer);
      continue;
    }
    EXPECT_EQ(in.relay, relay);
    EXPECT_EQ(in.delay, network->OneWay(from, relay) + network->OneWay(relay, to));
    const Passage out = network->Send({kNow, to, from, 1, 100}, link);
    EXPECT_EQ(out.relay, core::kNoPeer);
    EXPECT_EQ(out.delay, network->OneWay(to, from));
  }
}

}  // namespace
}  // namespace sim
