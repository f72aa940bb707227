// Whole peers meet: seekers and workers among a crowd, with deaths, loss, salted roots and push.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/matchmaking/keys.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

const Topic kTopic{"proof", "chapter one"};

MatchCommand Seek(uint16_t want, Role seek = Role::kWorker, Duration patience = Seconds(10)) {
  MatchCommand command;
  command.topic = kTopic;
  command.seek = seek;
  command.want = want;
  command.patience = patience;
  return command;
}

WorkCommand Work(uint16_t budget) {
  WorkCommand command;
  command.topic = kTopic;
  command.budget = budget;
  return command;
}

uint32_t CountEnds(const SmallPeerNet& net, MatchEnd end) {
  uint32_t count = 0;
  for (const auto& [peer, finished] : net.All<MatchFinished>()) count += finished.end == end;
  return count;
}

TEST(MeetingTest, TenSeekersAmongTwoHundredMeet) {
  SmallPeerNet net({.seed = 3, .peers = 200});
  net.StartWarm();
  for (uint32_t i = 0; i < 10; ++i) net.Command(PeerId{i * 19}, Seek(1, Role::kMatcher));
  net.RunFor(Seconds(12));
  EXPECT_EQ(net.All<MatchFinished>().size(), 10u);
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 10u);
  // Both sides of a match know it by the same task.
  std::map<TaskId, std::vector<PeerId>> sides;
  for (const auto& [peer, matched] : net.All<Matched>()) sides[matched.task].push_back(peer);
  EXPECT_EQ(sides.size(), 5u);
  for (const auto& [task, peers] : sides) EXPECT_EQ(peers.size(), 2u);
}

// In a crowd both sides offer at once, and one of them may have declined the other's offer already:
// seeds 1 to 4 had matches that one side had chosen somebody else for, on its decline.
class CrowdTest : public testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, CrowdTest, testing::Range<uint64_t>(1, 9));

TEST_P(CrowdTest, BothSidesKnowEveryMatch) {
  SmallPeerNet net({.seed = GetParam(), .peers = 500});
  net.StartWarm();
  for (uint32_t i = 0; i < 500; ++i) net.Command(PeerId{i}, Seek(2, Role::kMatcher));
  net.RunFor(Seconds(15));
  std::set<std::pair<PeerId, PeerId>> pairs;
  for (const auto& [peer, matched] : net.All<Matched>()) pairs.emplace(peer, matched.partner);
  size_t one_sided = 0;
  for (const auto& [a, b] : pairs) one_sided += 1 - pairs.count({b, a});
  EXPECT_EQ(one_sided, 0u) << "of " << pairs.size();
  EXPECT_GE(CountEnds(net, MatchEnd::kSatisfied), 495u);
}

TEST(MeetingTest, ThirtyWorkersServeTenMatchers) {
  SmallPeerNet net({.seed = 4, .peers = 200});
  net.StartWarm();
  for (uint32_t i = 0; i < 30; ++i) net.Command(PeerId{i * 6 + 1}, Work(1));
  net.RunFor(Minutes(4));  // Lonely workers have widened until they are together.
  for (uint32_t i = 0; i < 10; ++i) net.Command(PeerId{i * 20}, Seek(2));
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 10u);
  EXPECT_EQ(net.All<TaskAccepted>().size(), 20u);
  net.RunFor(Seconds(30));
  EXPECT_EQ(net.All<TaskFinished>().size(), 20u);
}

TEST(MeetingTest, ScarceWorkersAreSharedAndPatienceEndsTheRest) {
  SmallPeerNet net({.seed = 5, .peers = 100});
  net.StartWarm();
  for (uint32_t i = 0; i < 4; ++i) net.Command(PeerId{i * 6 + 1}, Work(1));
  net.RunFor(Seconds(5));
  for (uint32_t i = 0; i < 8; ++i) net.Command(PeerId{i * 10}, Seek(1));
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 4u);
  EXPECT_EQ(CountEnds(net, MatchEnd::kPatience), 4u);
  for (const auto& [peer, finished] : net.All<MatchFinished>()) {
    EXPECT_LE(finished.took, Seconds(11));  // MM-9: patience and one interval.
  }
}

TEST(MeetingTest, AFreedWorkerServesTheNextMatcher) {
  SmallPeerNet net({.seed = 6, .peers = 60});
  net.StartWarm();
  net.Command(PeerId{1}, Work(1));
  net.RunFor(Seconds(3));
  net.Command(PeerId{10}, Seek(1));
  net.RunFor(Seconds(8));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 1u);
  net.RunFor(Seconds(60));  // The task has ended and the worker renewed with its budget.
  net.Command(PeerId{20}, Seek(1));
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 2u);
}

// The peers nearest to where everybody is sent at c = 0.
std::vector<PeerId> HoldersOf(SmallPeerNet& net, const Key256& key, uint32_t peers, size_t count) {
  std::vector<PeerId> all;
  for (uint32_t i = 0; i < peers; ++i) all.push_back(PeerId{i});
  std::sort(all.begin(), all.end(), [&](PeerId a, PeerId b) {
    return Nearer(key, net.identities().NodeIdOf(a), net.identities().NodeIdOf(b));
  });
  all.resize(count);
  return all;
}

TEST(MeetingTest, TheDeathOfTwoHoldersOfThreeHidesNobody) {
  for (const bool tells : {true, false}) {
    SmallPeerNet net({.seed = 7, .peers = 16, .tells_dead_links = tells});
    net.StartWarm();
    const Key256 key = HashTopic(net.context(), kTopic);
    const auto holders = HoldersOf(net, key, 16, 4);
    const auto spare = [&](uint32_t nth) {
      for (uint32_t i = 0; i < 16; ++i) {
        const bool holds = std::find(holders.begin(), holders.end(), PeerId{i}) != holders.end();
        if (!holds && nth-- == 0) return PeerId{i};
      }
      return kNoPeer;
    };
    net.Command(spare(0), Work(1));
    net.RunFor(Seconds(3));
    net.Kill(holders[0]);
    net.Kill(holders[1]);
    net.Command(spare(5), Seek(1));
    net.RunFor(Seconds(12));
    EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 1u) << tells;
  }
}

TEST(MeetingTest, AWorkerIsFoundAgainAfterAllItsHoldersDied) {
  SmallPeerNet net({.seed = 8, .peers = 40});
  net.StartWarm();
  const PeerId worker{0};
  net.Command(worker, Work(1));
  net.RunFor(Seconds(3));
  std::set<PeerId> holders;
  for (const auto& [peer, held] : net.All<Held>()) holders.insert(peer);
  ASSERT_EQ(holders.size(), 3u);
  holders.erase(worker);
  for (const PeerId holder : holders) net.Kill(holder);
  net.RunFor(Seconds(40));  // One renewal.
  PeerId seeker{1};
  while (holders.count(seeker) != 0) ++seeker.value;
  net.Command(seeker, Seek(1));
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 1u);
}

TEST(MeetingTest, TheyMeetThroughLoss) {
  SmallPeerNet net({.seed = 9, .peers = 200, .loss = {10, 100}});
  net.StartWarm();
  for (uint32_t i = 0; i < 30; ++i) net.Command(PeerId{i * 6 + 1}, Work(2));
  net.RunFor(Minutes(4));
  for (uint32_t i = 0; i < 10; ++i) {
    net.Command(PeerId{i * 20}, Seek(2, Role::kWorker, Seconds(20)));
  }
  net.RunFor(Seconds(22));
  EXPECT_EQ(net.All<MatchFinished>().size(), 10u);
  EXPECT_GE(CountEnds(net, MatchEnd::kSatisfied), 9u);
}

TEST(MeetingTest, TheyMeetAtThreeSaltedRootsAcrossAnEpochBoundary) {
  SmallPeerNet::Options options{.seed = 10, .peers = 120};
  options.config.matchmaking.roots = 3;
  options.config.matchmaking.root_epoch = Seconds(300);
  SmallPeerNet net(options);
  net.StartWarm();
  for (uint32_t i = 0; i < 4; ++i) net.Command(PeerId{i * 6 + 1}, Work(8));
  const int64_t epoch_us = Seconds(300).us;
  const Time boundary{(net.now().us / epoch_us + 1) * epoch_us};
  uint32_t seeker = 50;
  uint32_t rounds = 0;
  for (const Duration offset : {Seconds(-20), Seconds(-3), Seconds(2), Seconds(20), Seconds(120)}) {
    net.RunUntil(boundary + offset);
    net.Command(PeerId{seeker++}, Seek(2));
    ++rounds;
  }
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), rounds);
}

TEST(MeetingTest, PushTellsAWaitingMatcherSoonerThanItsSafetyPoll) {
  SmallPeerNet::Options options{.seed = 11, .peers = 60};
  options.config.matchmaking.push = true;
  SmallPeerNet net(options);
  net.StartWarm();
  net.Command(PeerId{3}, Seek(1, Role::kWorker, Seconds(60)));
  net.RunFor(Seconds(21));  // It waits at c = 0, between two polls.
  const uint64_t before = net.sent();
  net.RunFor(Seconds(4));
  const uint64_t idle = net.sent() - before;
  EXPECT_LE(idle, 20u);
  // A worker at the same key, because the neighbourhoods are those of a small network.
  net.Command(PeerId{40}, Work(1));
  net.RunFor(Seconds(60));
  EXPECT_EQ(CountEnds(net, MatchEnd::kSatisfied), 1u);
}

TEST(MeetingTest, LeavingWithdrawsAndFreesThePartners) {
  SmallPeerNet net({.seed = 12, .peers = 60});
  net.StartWarm();
  net.Command(PeerId{1}, Work(1));
  net.RunFor(Seconds(3));
  net.Command(PeerId{10}, Seek(2, Role::kWorker, Seconds(30)));
  net.RunFor(Seconds(29));
  ASSERT_EQ(net.All<TaskAccepted>().size(), 1u);
  net.Command(PeerId{10}, LeaveCommand{kTopic});
  net.Command(PeerId{1}, LeaveCommand{kTopic});
  EXPECT_EQ(CountEnds(net, MatchEnd::kLeft), 1u);
  net.RunFor(Seconds(1));
  net.Command(PeerId{20}, Seek(1));
  net.RunFor(Seconds(12));
  EXPECT_EQ(CountEnds(net, MatchEnd::kPatience), 1u);
  const auto seen = net.All<Seen>();
  for (const auto& [peer, fact] : seen) EXPECT_NE(peer, PeerId{20});
}

TEST(MeetingTest, TheSameSeedGivesTheSameRun) {
  const auto run = [](uint64_t seed) {
    SmallPeerNet net({.seed = seed, .peers = 100, .loss = {2, 100}});
    net.StartWarm();
    for (uint32_t i = 0; i < 10; ++i) net.Command(PeerId{i}, Work(1));
    net.RunFor(Seconds(2));
    for (uint32_t i = 0; i < 10; ++i) net.Command(PeerId{i + 50}, Seek(1));
    net.RunFor(Seconds(15));
    return std::pair(net.Digest(), net.sent());
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1).first, run(2).first);
}

// Two groups that started apart, each with a first peer of its own, as when a network's seeds start together.
TEST(MeetingTest, OneConnectionJoinsTwoNetworksThatStartedApart) {
  constexpr uint32_t kEach = 10;
  SmallPeerNet net({.seed = 6, .peers = 2 * kEach});
  for (const uint32_t first : {0u, kEach}) {
    const std::vector<PeerId> seeds{PeerId{first}};
    net.Deliver(seeds[0], Start{});
    for (uint32_t i = 1; i < kEach; ++i) net.Deliver(PeerId{first + i}, Start{.seeds = seeds});
  }
  net.RunFor(Minutes(3));
  for (uint32_t i = 0; i < 2 * kEach; ++i) EXPECT_LT(net.at(PeerId{i}).Contacts().size(), kEach);
  net.Deliver(PeerId{3}, Link{PeerId{kEach + 4}, true});
  net.RunFor(Minutes(70));  // Each peer refreshes once.
  for (uint32_t i = 0; i < 2 * kEach; ++i) {
    EXPECT_EQ(net.at(PeerId{i}).Contacts().size(), 2 * kEach - 1) << i;
  }
}

}  // namespace
}  // namespace core
