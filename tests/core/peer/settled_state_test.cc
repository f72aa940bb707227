#include "core/peer/settled_state.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "core/matchmaking/keys.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 12;
const Topic kTopic{"proof", "chapter one"};

SmallPeerNet::Options SmallNeighbourhoods() {
  SmallPeerNet::Options options{.peers = kPeers};
  options.config.matchmaking.neighbours = 4;
  options.config.matchmaking.low_water = 0;
  return options;
}

void BeginWork(SmallPeerNet& net, PeerId worker) {
  WorkCommand work;
  work.topic = kTopic;
  net.Command(worker, work);
  net.RunFor(Seconds(2));
}

MatchCommand Seek(uint16_t want) {
  MatchCommand match;
  match.topic = kTopic;
  match.want = want;
  return match;
}

// One worker and one seeker; the worker stays. `detour`: the same in the end, but later and with other draws.
void Meet(SmallPeerNet& net, bool detour) {
  net.StartWarm();
  if (detour) {
    net.Command(PeerId{4}, LookupCommand{});
    net.Command(PeerId{7}, LookupCommand{});
    net.RunFor(Milliseconds(1'234));
  }
  BeginWork(net, PeerId{4});
  net.Command(PeerId{7}, Seek(1));
  net.RunFor(Seconds(24));  // The task has run out, and no matcher's record is left.
}

std::vector<SettledState> StatesOf(SmallPeerNet& net) {
  std::vector<SettledState> states;
  for (uint32_t i = 0; i < kPeers; ++i) states.push_back(net.at(PeerId{i}).Settled());
  return states;
}

TEST(SettledStateTest, PeersThatLivedThroughTheSameAtOtherTimesAgree) {
  SmallPeerNet straight(SmallNeighbourhoods());
  SmallPeerNet late(SmallNeighbourhoods());
  Meet(straight, false);
  Meet(late, true);
  ASSERT_EQ(straight.All<Matched>().size(), 1u);
  ASSERT_EQ(late.All<Matched>().size(), 1u);
  EXPECT_EQ(StatesOf(straight), StatesOf(late));
  EXPECT_NE(straight.Digest(), late.Digest());
}

TEST(SettledStateTest, TellsContactsOpenTopicsAndWhatIsHeld) {
  SmallPeerNet net(SmallNeighbourhoods());
  Meet(net, false);
  const std::vector<SettledState> states = StatesOf(net);
  size_t held = 0;
  for (const SettledState& state : states) {
    EXPECT_TRUE(state.joined);
    EXPECT_EQ(state.contacts.size(), kPeers - 1);
    EXPECT_TRUE(std::is_sorted(state.contacts.begin(), state.contacts.end()));
    for (const Holding& holding : state.holdings) {
      EXPECT_EQ(holding.topic, HashTopic(net.context(), kTopic));
      EXPECT_EQ(holding.owner, net.identities().NodeIdOf(PeerId{4}));
    }
    held += state.holdings.size();
  }
  EXPECT_EQ(held, 3u);
  ASSERT_EQ(states[4].topics.size(), 1u);
  EXPECT_EQ(states[4].topics[0].topic, HashTopic(net.context(), kTopic));
  EXPECT_EQ(states[4].topics[0].role, Role::kWorker);
  EXPECT_TRUE(states[7].topics.empty());  // Its match is over.
}

TEST(SettledStateTest, AnOpenMatchShowsItsPartnersUntilItIsLeft) {
  SmallPeerNet net(SmallNeighbourhoods());
  net.StartWarm();
  BeginWork(net, PeerId{4});
  MatchCommand match = Seek(2);
  match.patience = Minutes(5);
  net.Command(PeerId{7}, match);
  net.RunFor(Minutes(4));
  const SettledState open = net.at(PeerId{7}).Settled();
  ASSERT_EQ(open.topics.size(), 1u);
  EXPECT_EQ(open.topics[0].role, Role::kMatcher);
  EXPECT_EQ(open.topics[0].partners, std::vector<NodeId>{net.identities().NodeIdOf(PeerId{4})});
  net.Command(PeerId{7}, LeaveCommand{kTopic});
  net.Command(PeerId{4}, LeaveCommand{kTopic});
  net.RunFor(Seconds(25));
  for (const SettledState& state : StatesOf(net)) {
    EXPECT_TRUE(state.topics.empty());
    EXPECT_TRUE(state.holdings.empty());
  }
}

TEST(SettledStateTest, EveryFieldCounts) {
  const auto filled = [] {
    SettledState state;
    state.contacts = {NodeId{{1}}};
    state.topics = {{.topic = Key256{{2}}, .partners = {NodeId{{3}}}}};
    state.holdings = {{.key = Key256{{4}}, .topic = Key256{{5}}, .owner = NodeId{{6}}}};
    return state;
  };
  const std::vector<std::function<void(SettledState&)>> changes = {
      [](SettledState& s) { s.joined = true; },
      [](SettledState& s) { s.contacts[0].FlipBit(7); },
      [](SettledState& s) { s.contacts.clear(); },
      [](SettledState& s) { s.topics.clear(); },
      [](SettledState& s) { s.topics[0].topic.FlipBit(7); },
      [](SettledState& s) { s.topics[0].role = Role::kMatcher; },
      [](SettledState& s) { s.topics[0].specificity = 1; },
      [](SettledState& s) { s.topics[0].tasks = 1; },
      [](SettledState& s) { s.topics[0].partners[0].FlipBit(7); },
      [](SettledState& s) { s.holdings.clear(); },
      [](SettledState& s) { s.holdings[0].key.FlipBit(7); },
      [](SettledState& s) { s.holdings[0].topic.FlipBit(7); },
      [](SettledState& s) { s.holdings[0].owner.FlipBit(7); },
      [](SettledState& s) { s.holdings[0].role = Role::kMatcher; },
      [](SettledState& s) { s.holdings[0].specificity = 1; }};
  EXPECT_EQ(filled().Digest(), filled().Digest());
  for (size_t i = 0; i < changes.size(); ++i) {
    SettledState changed = filled();
    changes[i](changed);
    EXPECT_NE(changed, filled()) << i;
    EXPECT_NE(changed.Digest(), filled().Digest()) << i;
  }
}

}  // namespace
}  // namespace core
