#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/routing/small_net.h"

namespace core {
namespace {

template <typename Fact>
size_t Count(const SmallNet& net, PeerId peer) {
  return static_cast<size_t>(
      std::count_if(net.reported().begin(), net.reported().end(), [&](const auto& reported) {
        return reported.peer == peer && std::holds_alternative<Fact>(reported.observation);
      }));
}

RoutingConfig FastRefresh() {
  RoutingConfig config;
  config.refresh_interval = Seconds(60);
  return config;
}

// Peers reached from peer 0 along contacts.
size_t Reachable(SmallNet& net) {
  std::set<uint32_t> seen = {0};
  std::vector<PeerId> open = {PeerId{0}};
  while (!open.empty()) {
    const PeerId peer = open.back();
    open.pop_back();
    for (PeerId contact : net.at(peer).Contacts()) {
      if (seen.insert(contact.value).second) open.push_back(contact);
    }
  }
  return seen.size();
}

// 0..2 are the seeds; the others come within `span`.
void StartCold(SmallNet& net, Duration span) {
  const std::vector<PeerId> seeds = {{0}, {1}, {2}};
  for (PeerId seed : seeds) net.Start(seed, {PeerId{0}, PeerId{1}});
  for (uint32_t i = 3; i < net.size(); ++i) {
    net.RunUntil(Time{span.us * i / static_cast<int64_t>(net.size())});
    net.Start(PeerId{i}, seeds);
  }
}

double ShareFound(SmallNet& net, int rounds) {
  const auto counts = [](Conduct conduct) { return conduct == Conduct::kHonest; };
  size_t found = 0;
  size_t wanted = 0;
  for (int round = 0; round < rounds; ++round) {
    PeerId asker{static_cast<uint32_t>(net.random().Below(net.size()))};
    while (net.conduct(asker) != Conduct::kHonest) {
      asker.value = static_cast<uint32_t>((asker.value + 1) % net.size());
    }
    const Key256 target = net.RandomKey();
    net.Lookup(asker, target, 0);
    const PeerList nearest = net.Finish(asker).nearest;
    for (PeerId peer : net.TrueNearest(target, counts)) {
      ++wanted;
      found += static_cast<size_t>(std::count(nearest.begin(), nearest.end(), peer));
    }
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

TEST(JoinTest, WarmTableIsJoinedAtOnceWithoutTraffic) {
  SmallNet net({.seed = 1, .peers = 50});
  net.StartWarm();
  EXPECT_EQ(net.sent(), 0u);
  for (uint32_t i = 0; i < 50; ++i) {
    EXPECT_EQ(Count<Joined>(net, PeerId{i}), 1u);
    EXPECT_EQ(net.at(PeerId{i}).phase(), Bootstrap::Phase::kJoined);
  }
}

TEST(JoinTest, FirstPeerOfANetworkIsJoinedAlone) {
  SmallNet net({.seed = 1, .peers = 1});
  net.Start(PeerId{0}, {});
  ASSERT_EQ(Count<Joined>(net, PeerId{0}), 1u);
  EXPECT_EQ(std::get<Joined>(net.reported()[0].observation).contacts, 0u);
  EXPECT_EQ(net.at(PeerId{0}).Estimate().peers, 1u);
}

TEST(JoinTest, OwnHandleAmongTheSeedsIsNobodyToAsk) {
  SmallNet net({.seed = 1, .peers = 1});
  net.Start(PeerId{0}, {PeerId{0}, kNoPeer});
  EXPECT_EQ(Count<Joined>(net, PeerId{0}), 1u);
}

TEST(JoinTest, ColdNetworkOfFiveHundredJoinsThroughThreeSeeds) {
  SmallNet net({.seed = 4, .peers = 500, .routing = FastRefresh()});
  StartCold(net, Seconds(30));
  net.RunUntil(Time{Seconds(60).us});
  for (uint32_t i = 0; i < net.size(); ++i) {
    EXPECT_EQ(Count<Joined>(net, PeerId{i}), 1u) << i;
    EXPECT_GE(net.at(PeerId{i}).Contacts().size(), 16u) << i;
  }
  EXPECT_EQ(Reachable(net), 500u);
  EXPECT_GE(ShareFound(net, 100), 0.99);
}

TEST(JoinTest, FlashCrowdJoinsAtTheSameInstant) {
  SmallNet net({.seed = 5, .peers = 300, .routing = FastRefresh()});
  StartCold(net, Microseconds(0));
  net.RunUntil(Time{Seconds(120).us});
  for (uint32_t i = 0; i < net.size(); ++i) EXPECT_EQ(Count<Joined>(net, PeerId{i}), 1u) << i;
  EXPECT_EQ(Reachable(net), 300u);
  EXPECT_GE(ShareFound(net, 100), 0.99);
}

TEST(JoinTest, JoinRetriesUntilASeedAnswers) {
  SmallNet net({.seed = 6, .peers = 3});
  net.SetConduct(PeerId{0}, Conduct::kSilent);
  net.Start(PeerId{0}, {});
  net.Start(PeerId{1}, {PeerId{0}});
  net.RunUntil(Time{Seconds(20).us});
  EXPECT_EQ(Count<Joined>(net, PeerId{1}), 0u);
  EXPECT_GE(Count<LookupDone>(net, PeerId{1}), 2u) << "one attempt per retry";
  EXPECT_LE(Count<LookupDone>(net, PeerId{1}), 4u);
  net.SetConduct(PeerId{0}, Conduct::kHonest);
  net.RunUntil(Time{Seconds(40).us});
  EXPECT_EQ(Count<Joined>(net, PeerId{1}), 1u);
  EXPECT_EQ(net.at(PeerId{1}).Contacts(), std::vector<PeerId>{PeerId{0}});
}

TEST(JoinTest, ColdJoinSurvivesLossAndLiars) {
  SmallNet net({.seed = 7, .peers = 200, .loss = {1, 20}, .routing = FastRefresh()});
  for (uint32_t i = 3; i < 200; i += 10) net.SetConduct(PeerId{i}, Conduct::kInventor);
  StartCold(net, Seconds(10));
  net.RunUntil(Time{Seconds(180).us});
  for (uint32_t i = 0; i < net.size(); ++i) EXPECT_EQ(Count<Joined>(net, PeerId{i}), 1u) << i;
  EXPECT_EQ(Reachable(net), 200u);
}

TEST(RefreshTest, QuietTableIsRefreshedOncePerInterval) {
  SmallNet net({.seed = 8, .peers = 100, .routing = FastRefresh()});
  net.StartWarm();
  net.RunUntil(Time{Seconds(29).us});
  EXPECT_EQ(net.sent(), 0u) << "the first refresh comes after half an interval";
  net.RunUntil(Time{Seconds(95).us});
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_GE(Count<LookupDone>(net, PeerId{i}), 2u) << "own id, and each bucket";
    EXPECT_EQ(Count<Joined>(net, PeerId{i}), 1u) << "joined once, whatever is refreshed";
  }
}

TEST(RefreshTest, PeersDoNotRefreshAllAtOnce) {
  SmallNet net({.seed = 8, .peers = 200, .routing = FastRefresh()});
  net.StartWarm();
  std::vector<int64_t> deadlines;
  for (uint32_t i = 0; i < 200; ++i) deadlines.push_back(net.at(PeerId{i}).NextDeadline().us);
  std::sort(deadlines.begin(), deadlines.end());
  EXPECT_LT(deadlines[20], Seconds(40).us);
  EXPECT_GT(deadlines[180], Seconds(80).us);
}

TEST(RefreshTest, BucketThatSawALookupIsSkipped) {
  SmallNet net({.seed = 9, .peers = 400, .routing = FastRefresh()});
  net.StartWarm();
  const PeerId busy{1};
  const NodeId own = net.directory().NodeIdOf(busy);
  const int deepest = net.at(busy).SharedPrefixWithNearest(16);
  ASSERT_GE(deepest, 3);
  for (int bucket = 0; bucket <= deepest; ++bucket) {
    Key256 target = own;
    target.FlipBit(bucket);
    net.Lookup(busy, target, 0);
    net.Finish(busy);
  }
  const size_t before = Count<LookupDone>(net, busy);
  net.RunUntil(net.at(busy).NextDeadline() + Seconds(10));
  EXPECT_EQ(Count<LookupDone>(net, busy), before + 1) << "only the own id";
}

TEST(RefreshTest, SilentPeersLeaveTheTables) {
  SmallNet net({.seed = 10, .peers = 300, .routing = FastRefresh()});
  net.SetConducts(5, Conduct::kSilent);
  net.StartWarm();
  net.RunUntil(Time{Seconds(600).us});
  size_t dead = 0;
  size_t all = 0;
  for (uint32_t i = 0; i < net.size(); ++i) {
    if (net.conduct(PeerId{i}) != Conduct::kHonest) continue;
    for (PeerId contact : net.at(PeerId{i}).Contacts()) {
      ++all;
      dead += static_cast<size_t>(net.conduct(contact) != Conduct::kHonest);
    }
  }
  EXPECT_LE(dead * 20, all) << dead << " of " << all;
  EXPECT_GE(ShareFound(net, 100), 0.99);
}

// Everybody else falls silent: an outage of the own link. The table survives it.
TEST(RefreshTest, OwnOutageDoesNotEmptyTheTable) {
  SmallNet net({.seed = 11, .peers = 60, .routing = FastRefresh()});
  net.StartWarm();
  const size_t before = net.at(PeerId{0}).Contacts().size();
  net.SetConducts(1, Conduct::kSilent);
  net.RunUntil(Time{Seconds(600).us});
  EXPECT_EQ(net.at(PeerId{0}).Contacts().size(), before);
}

}  // namespace
}  // namespace core
