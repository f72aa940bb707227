// Routing fed by hand: every state meets every message, and ping-before-evict step by step.
#include <algorithm>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/routing/routing.h"
#include "tests/core/fake_directory.h"

namespace core {
namespace {

constexpr PeerId kSelf{0};
constexpr PeerId kStranger{90};
constexpr uint32_t kPeers = 100;

// One Routing with its own random stream; two of them with the same history are equal.
class Bench {
 public:
  Bench() : directory_(3, kPeers), routing_(kSelf, context_) {}

  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void SeedRoutes(uint32_t count) {
    std::vector<PeerId> contacts;
    for (uint32_t i = 1; i <= count; ++i) contacts.push_back(PeerId{i});
    routing_.SeedRoutes(contacts);
  }

  void Start(std::vector<PeerId> seeds) {
    effects_.Clear();
    routing_.Start(now_, seeds, random_, effects_);
  }

  void Lookup(const Key256& target) {
    effects_.Clear();
    routing_.Lookup(now_, {.target = target, .token = 1}, random_, effects_);
  }

  void Arrive(PeerId from, const Message& message) {
    effects_.Clear();
    routing_.OnArrival(now_, from, message, random_, effects_);
  }

  void Alive(PeerId peer) {
    effects_.Clear();
    routing_.OnAlive(now_, peer, random_, effects_);
  }

  void LinkDown(PeerId peer) {
    effects_.Clear();
    routing_.OnLinkDown(now_, peer, random_, effects_);
  }

  void Pass(Duration time) {
    now_ = now_ + time;
    effects_.Clear();
    routing_.OnDeadline(now_, random_, effects_);
  }

  [[nodiscard]] Fingerprint Digest() const {
    Hasher hasher;
    routing_.Digest(hasher);
    return hasher.Result();
  }

  [[nodiscard]] bool Knows(PeerId peer) const {
    const std::vector<PeerId> contacts = routing_.Contacts();
    return std::find(contacts.begin(), contacts.end(), peer) != contacts.end();
  }

  Routing& routing() { return routing_; }

  Effects& effects() { return effects_; }

  FakeDirectory& directory() { return directory_; }

  Config& config() { return config_; }

  [[nodiscard]] Time now() const { return now_; }

 private:
  Config config_;
  FakeDirectory directory_;
  Context context_{.config = &config_, .directory = &directory_, .suite = nullptr, .network = {}};
  Random random_{StreamKey{.seed = 3}};
  Effects effects_;
  Time now_{Seconds(1000).us};
  Routing routing_;
};

struct NamedState {
  std::string name;
  std::function<void(Bench&)> reach;
};

struct NamedMessage {
  std::string name;
  Body body;
};

void FillFirstBucket(Bench& bench) {
  for (uint32_t i = 1; i < kPeers; ++i) bench.Alive(PeerId{i});
}

std::vector<NamedState> States() {
  return {
      {"new", [](Bench&) {}},
      {"seeking",
       [](Bench& bench) {
         bench.Start({PeerId{1}, PeerId{2}});
       }},
      {"waiting",
       [](Bench& bench) {
         bench.Start({PeerId{1}});
         bench.Pass(Seconds(2));
       }},
      {"joined alone", [](Bench& bench) { bench.Start({}); }},
      {"joined",
       [](Bench& bench) {
         bench.SeedRoutes(60);
         bench.Start({});
       }},
      {"looking up",
       [](Bench& bench) {
         bench.SeedRoutes(60);
         bench.Start({});
         bench.Lookup(bench.directory().NodeIdOf(PeerId{70}));
       }},
      {"refreshing",
       [](Bench& bench) {
         bench.SeedRoutes(60);
         bench.Start({});
         bench.Pass(Minutes(91));
       }},
      {"checking an eviction", FillFirstBucket},
      {"finished, not taken",
       [](Bench& bench) {
         bench.Start({});
         bench.Lookup(bench.directory().NodeIdOf(PeerId{70}));
       }},
  };
}

Nodes SomeNodes(const Key256& target) {
  Nodes nodes;
  nodes.target = target;
  for (uint32_t i = 0; i < 13; ++i) nodes.peers.push_back(PeerId{80 + i});
  nodes.peers.push_back(kSelf);
  nodes.peers.push_back(kNoPeer);
  nodes.peers.push_back(PeerId{80});
  return nodes;
}

// What nobody asked for, and what is somebody else's business.
std::vector<NamedMessage> Uninvited(Bench& bench) {
  Nodes nodes = SomeNodes(bench.directory().NodeIdOf(PeerId{70}));
  return {{"Pong", Pong{}},
          {"Nodes", nodes},
          {"Nodes, own id", SomeNodes(bench.directory().NodeIdOf(kSelf))},
          {"Nodes, empty", Nodes{}},
          {"Provide", Provide{}},
          {"ProvideAck", ProvideAck{}},
          {"Withdraw", Withdraw{}},
          {"Find", Find{}},
          {"Found", Found{}},
          {"Push", Push{}},
          {"Offer", Offer{}},
          {"Accept", Accept{}},
          {"Decline", Decline{}},
          {"Done", Done{}}};
}

TEST(MessagesTest, UninvitedMessageDoesWhatBeingHeardDoes) {
  Bench names;
  for (const NamedState& state : States()) {
    for (const NamedMessage& named : Uninvited(names)) {
      for (PeerId from : {PeerId{1}, PeerId{50}, kStranger}) {
        Bench told;
        Bench twin;
        state.reach(told);
        state.reach(twin);
        ASSERT_EQ(told.Digest(), twin.Digest()) << state.name;
        Message message{.id = 12345, .sent_ms = told.now().us / 1000, .ttl_ms = 0, .body = {}};
        message.body = named.body;
        told.Arrive(from, message);
        twin.Alive(from);
        EXPECT_EQ(told.Digest(), twin.Digest()) << state.name << ", " << named.name;
        EXPECT_EQ(told.effects().sends().size(), twin.effects().sends().size());
      }
    }
  }
}

TEST(MessagesTest, RequestIsAnsweredInEveryState) {
  Bench names;
  for (const NamedState& state : States()) {
    for (const Body& body : {Body(Ping{}), Body(FindNode{Key256{}})}) {
      Bench told;
      Bench twin;
      state.reach(told);
      state.reach(twin);
      Message message{.id = 77, .sent_ms = told.now().us / 1000, .ttl_ms = 2000, .body = body};
      told.Arrive(kStranger, message);
      twin.Alive(kStranger);
      EXPECT_EQ(told.Digest(), twin.Digest()) << state.name;
      ASSERT_FALSE(told.effects().sends().empty()) << state.name;
      const Outgoing& reply = told.effects().sends()[0];
      EXPECT_EQ(reply.to, std::vector<PeerId>{kStranger});
      EXPECT_EQ(reply.message.id, 77u);
      EXPECT_EQ(reply.message.ttl_ms, 0u);
      EXPECT_EQ(reply.message.sent_ms, told.now().us / 1000);
      EXPECT_EQ(reply.message.body.index(), body.index() + 1) << "Pong to Ping, Nodes to FindNode";
    }
  }
}

TEST(MessagesTest, OwnHandleAndNobodyAreIgnored) {
  Bench names;
  for (const NamedState& state : States()) {
    Bench told;
    state.reach(told);
    const Fingerprint before = told.Digest();
    for (PeerId from : {kSelf, kNoPeer}) {
      for (NamedMessage& named : Uninvited(names)) {
        Message message;
        message.sent_ms = told.now().us / 1000;
        message.body = named.body;
        told.Arrive(from, message);
      }
      Message ping;
      ping.sent_ms = told.now().us / 1000;
      told.Arrive(from, ping);
      told.Alive(from);
      told.LinkDown(from);
    }
    EXPECT_EQ(told.Digest(), before) << state.name;
    EXPECT_TRUE(told.effects().empty());
  }
}

TEST(MessagesTest, SecondReplyIsRefused) {
  Bench told;
  Bench twin;
  for (Bench* bench : {&told, &twin}) {
    bench->SeedRoutes(60);
    bench->Start({});
    bench->Lookup(bench->directory().NodeIdOf(PeerId{70}));
    ASSERT_EQ(bench->effects().sends().size(), 3u);
    const PeerId asked = bench->effects().sends()[0].to[0];
    Message reply{
        .id = bench->effects().sends()[0].message.id, .sent_ms = 0, .ttl_ms = 0, .body = {}};
    reply.body = SomeNodes(bench->directory().NodeIdOf(PeerId{70}));
    bench->Arrive(asked, reply);
    if (bench == &told) {
      bench->Arrive(asked, reply);
    } else {
      bench->Alive(asked);
    }
  }
  EXPECT_EQ(told.Digest(), twin.Digest());
}

TEST(MessagesTest, DigestTellsHistoriesApart) {
  std::vector<Fingerprint> digests;
  for (const NamedState& state : States()) {
    Bench bench;
    state.reach(bench);
    digests.push_back(bench.Digest());
    Bench again;
    state.reach(again);
    EXPECT_EQ(again.Digest(), digests.back()) << state.name;
    bench.Alive(PeerId{1});
    digests.push_back(bench.Digest());
  }
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::adjacent_find(digests.begin(), digests.end()), digests.end());
}

TEST(MessagesTest, OldRequestIsIgnoredOnlyBeyondTheClockSlack) {
  Bench bench;
  bench.Start({});
  const int64_t now_ms = bench.now().us / 1000;
  Message ping{.id = 1, .sent_ms = now_ms - 62'000, .ttl_ms = 2000, .body = Ping{}};
  bench.Arrive(PeerId{1}, ping);
  EXPECT_EQ(bench.effects().sends().size(), 1u);
  ping.sent_ms -= 1;
  bench.Arrive(PeerId{2}, ping);
  EXPECT_TRUE(bench.effects().empty());
  EXPECT_FALSE(bench.Knows(PeerId{2}));
  ping.sent_ms = INT64_MIN;
  ping.ttl_ms = UINT32_MAX;
  bench.Arrive(PeerId{2}, ping);
  EXPECT_TRUE(bench.effects().empty());
  ping.sent_ms = INT64_MAX;
  bench.Arrive(PeerId{2}, ping);
  EXPECT_EQ(bench.effects().sends().size(), 1u) << "a clock ahead is no reason to refuse";
}

TEST(MessagesTest, FindNodeIsAnsweredWithTheNearestButTheAsker) {
  Bench bench;
  bench.SeedRoutes(20);
  bench.Start({});
  const Key256 target = bench.directory().NodeIdOf(PeerId{4});
  Message find{.id = 1, .sent_ms = bench.now().us / 1000, .ttl_ms = 2000, .body = FindNode{target}};
  bench.Arrive(PeerId{4}, find);
  const auto& nodes = std::get<Nodes>(bench.effects().sends()[0].message.body);
  EXPECT_EQ(nodes.target, target);
  EXPECT_EQ(nodes.peers.size(), 16u);
  EXPECT_EQ(std::count(nodes.peers.begin(), nodes.peers.end(), PeerId{4}), 0);
  EXPECT_EQ(std::count(nodes.peers.begin(), nodes.peers.end(), kSelf), 0);
  for (size_t i = 1; i < nodes.peers.size(); ++i) {
    EXPECT_TRUE(Nearer(target, bench.directory().NodeIdOf(nodes.peers[i - 1]),
                       bench.directory().NodeIdOf(nodes.peers[i])));
  }
}

TEST(MessagesTest, NamesInNodesAreAskedButAreNoContacts) {
  Bench bench;
  bench.Start({PeerId{1}});
  Message reply{.id = bench.effects().sends()[0].message.id, .sent_ms = 0, .ttl_ms = 0, .body = {}};
  reply.body = SomeNodes(bench.directory().NodeIdOf(kSelf));
  bench.Arrive(PeerId{1}, reply);
  EXPECT_EQ(bench.effects().sends().size(), 3u);
  EXPECT_EQ(bench.routing().Contacts(), std::vector<PeerId>{PeerId{1}});
}

// ---- ping before evict ----

class EvictionTest : public testing::Test {
 protected:
  // Bucket 0 is full of the 16 inside; the strangers belong into it too.
  EvictionTest() {
    const NodeId own = bench_.directory().NodeIdOf(kSelf);
    for (uint32_t i = 1; i < kPeers; ++i) {
      if (CommonPrefix(own, bench_.directory().NodeIdOf(PeerId{i})) != 0) continue;
      (inside_.size() < 16 ? inside_ : strangers_).push_back(PeerId{i});
    }
    bench_.Start({});
    for (PeerId peer : inside_) bench_.Alive(peer);
  }

  template <typename Fact>
  [[nodiscard]] std::vector<PeerId> Observed() {
    std::vector<PeerId> peers;
    for (const Observation& observation : bench_.effects().observations()) {
      if (const auto* fact = std::get_if<Fact>(&observation)) peers.push_back(fact->peer);
    }
    return peers;
  }

  Bench bench_;
  std::vector<PeerId> inside_;
  std::vector<PeerId> strangers_;
};

TEST_F(EvictionTest, OldestThatAnswersIsKept) {
  ASSERT_GE(strangers_.size(), 4u);
  bench_.Alive(strangers_[0]);
  ASSERT_EQ(bench_.effects().sends().size(), 1u);
  const Outgoing ping = bench_.effects().sends()[0];
  EXPECT_EQ(ping.to, std::vector<PeerId>{inside_[0]});
  EXPECT_TRUE(std::holds_alternative<Ping>(ping.message.body));
  EXPECT_EQ(ping.message.ttl_ms, 2000u);
  Message pong{.id = ping.message.id, .sent_ms = 0, .ttl_ms = 0, .body = Pong{}};
  bench_.Arrive(inside_[0], pong);
  bench_.Pass(Seconds(3));
  EXPECT_TRUE(bench_.Knows(inside_[0]));
  EXPECT_FALSE(bench_.Knows(strangers_[0]));
}

TEST_F(EvictionTest, OldestThatIsSilentIsReplaced) {
  bench_.Alive(strangers_[0]);
  bench_.Pass(Milliseconds(1999));
  EXPECT_TRUE(bench_.Knows(inside_[0]));
  EXPECT_EQ(bench_.routing().NextDeadline(), bench_.now() + Milliseconds(1));
  bench_.Pass(Milliseconds(1));
  EXPECT_FALSE(bench_.Knows(inside_[0]));
  EXPECT_TRUE(bench_.Knows(strangers_[0]));
  EXPECT_EQ(Observed<ContactEvicted>(), std::vector<PeerId>{inside_[0]});
  EXPECT_EQ(Observed<ContactAdded>(), std::vector<PeerId>{strangers_[0]});
}

TEST_F(EvictionTest, LinkThatGoesDownEndsTheCheckAtOnce) {
  bench_.Alive(strangers_[0]);
  bench_.LinkDown(inside_[0]);
  EXPECT_FALSE(bench_.Knows(inside_[0]));
  EXPECT_TRUE(bench_.Knows(strangers_[0]));
}

TEST_F(EvictionTest, LastThatBeganToWaitComesIn) {
  for (size_t i = 0; i < 4; ++i) {
    bench_.Alive(strangers_[i]);
    EXPECT_EQ(bench_.effects().sends().size(), i == 0 ? 1u : 0u) << "one ping per check";
  }
  bench_.Pass(Seconds(2));
  EXPECT_TRUE(bench_.Knows(strangers_[1])) << "replacements_max is 2";
  EXPECT_FALSE(bench_.Knows(strangers_[0]));
  EXPECT_FALSE(bench_.Knows(strangers_[3]));
}

TEST_F(EvictionTest, FloodOfStrangersCostsOnePingPerPeriod) {
  size_t pings = 0;
  for (int round = 0; round < 80; ++round) {  // 40 s, five periods of 8 s.
    bench_.Alive(strangers_[static_cast<size_t>(round) % strangers_.size()]);
    for (const Outgoing& outgoing : bench_.effects().sends()) {
      ++pings;
      EXPECT_EQ(outgoing.to.size(), 1u);
    }
    for (PeerId peer : inside_) bench_.Alive(peer);
    bench_.Pass(Milliseconds(500));
  }
  EXPECT_GE(pings, 5u);
  EXPECT_LE(pings, 6u);
  for (PeerId peer : inside_) EXPECT_TRUE(bench_.Knows(peer));
}

TEST_F(EvictionTest, ContactWhoseLinkWentDownGivesWayWithoutAPing) {
  bench_.LinkDown(inside_[5]);
  EXPECT_TRUE(bench_.Knows(inside_[5])) << "an idle link may go down";
  bench_.Alive(strangers_[0]);
  EXPECT_TRUE(bench_.effects().sends().empty());
  EXPECT_FALSE(bench_.Knows(inside_[5]));
  EXPECT_TRUE(bench_.Knows(strangers_[0]));
}

TEST_F(EvictionTest, LinksThatGoDownTwiceRemoveNobody) {
  for (int round = 0; round < 3; ++round) {
    for (PeerId peer : inside_) bench_.LinkDown(peer);
  }
  for (PeerId peer : inside_) EXPECT_TRUE(bench_.Knows(peer));
}

}  // namespace
}  // namespace core
