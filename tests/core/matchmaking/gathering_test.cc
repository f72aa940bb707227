#include "core/matchmaking/gathering.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"
#include "tests/core/matchmaking/matchmaking_net.h"

namespace core {
namespace {

// ---- one flow, the test plays the holders ----

class GatheringTest : public testing::Test {
 protected:
  void Begin() {
    gathering.emplace(rig.topic);
    gathering->Begin(rig.moment());
    Locate();
  }

  void Locate() {
    while (!rig.lookups.empty()) {
      const auto asked = rig.lookups.front();
      rig.lookups.erase(rig.lookups.begin());
      gathering->OnLookup(rig.moment(), asked.token, holders);
    }
  }

  // Every holder takes the record and answers the question that were last sent.
  void Answer(const std::vector<Record>& records, bool truncated = false) {
    const auto provides = rig.Sent<Provide>();
    const auto finds = rig.Sent<core::Find>();
    rig.effects.Clear();
    for (const auto& [holder, message] : provides) {
      ProvideAck ack;
      ack.key = rig.topic;
      gathering->OnProvideAck(rig.moment(), holder, message.id, ack);
    }
    for (const auto& [holder, message] : finds) {
      AnswerOf(holder, message, records, truncated);
    }
  }

  void AnswerOf(PeerId holder, const Message& question, const std::vector<Record>& records,
                bool truncated = false) {
    request = question.id;
    Found found;
    found.key = rig.topic;
    found.records = records;
    found.truncated = truncated;
    gathering->OnFound(rig.moment(), holder, question.id, found);
  }

  bool PushOf(PeerId holder, const Record& record) {
    Push push;
    push.key = rig.topic;
    push.records = {record};
    return gathering->OnPush(rig.moment(), holder, request, push);
  }

  // To the next poll.
  void Advance() {
    do {
      rig.now = gathering->NextDeadline();
      gathering->OnDeadline(rig.moment());
      Locate();
    } while (rig.Sent<core::Find>().empty());
  }

  Record At(uint32_t peer) { return rig.RecordOf(PeerId{peer}, Role::kMatcher); }

  FlowRig rig;
  std::vector<PeerId> holders{PeerId{40}, PeerId{41}, PeerId{42}, PeerId{43}, PeerId{44}};
  std::optional<Gathering> gathering;
  uint64_t request = 0;
};

TEST_F(GatheringTest, PublishesAndSubscribesAtTheTopicsOwnKey) {
  Begin();
  ASSERT_EQ(rig.Sent<Provide>().size(), 3u);
  ASSERT_EQ(rig.Sent<core::Find>().size(), 3u);
  const Provide provide = std::get<Provide>(rig.Sent<Provide>()[0].second.body);
  EXPECT_EQ(provide.key, rig.topic);
  EXPECT_EQ(provide.record.role, Role::kMatcher);
  EXPECT_EQ(provide.record.specificity, 0);
  const Message find = rig.Sent<core::Find>()[0].second;
  EXPECT_TRUE(std::get<core::Find>(find.body).subscribe);
  EXPECT_EQ(std::get<core::Find>(find.body).role_wanted, Role::kMatcher);
  // The subscription outlives the next poll.
  EXPECT_GE(Milliseconds(find.ttl_ms), rig.config.matchmaking.requery_interval * 2);
}

TEST_F(GatheringTest, TellsWhoIsThereInTheOrderOfArrivalAndNewcomersOnce) {
  Begin();
  Answer({At(5), At(3)});
  EXPECT_EQ(gathering->Who(), (std::vector{PeerId{5}, PeerId{3}}));
  EXPECT_EQ(gathering->TakeNewcomers(), (std::vector{PeerId{5}, PeerId{3}}));
  EXPECT_TRUE(gathering->TakeNewcomers().empty());
  EXPECT_TRUE(PushOf(PeerId{41}, At(9)));
  EXPECT_TRUE(gathering->has_newcomers());
  EXPECT_EQ(gathering->TakeNewcomers(), std::vector{PeerId{9}});
  EXPECT_EQ(gathering->Who(), (std::vector{PeerId{5}, PeerId{3}, PeerId{9}}));
  EXPECT_EQ(rig.Observed<Seen>().size(), 3u);
}

TEST_F(GatheringTest, LeavesOutItself) {
  Begin();
  Answer({At(0), At(3)});
  EXPECT_EQ(gathering->Who(), std::vector{PeerId{3}});
  EXPECT_EQ(rig.Observed<RecordRefused>().front().reason, RecordRefused::Reason::kSelf);
}

TEST_F(GatheringTest, WhoIsOnNoListAnyMoreHasLeft) {
  Begin();
  const std::vector<Record> both = {At(5), At(3)};
  Answer(both);
  (void)gathering->TakeNewcomers();
  Advance();
  Answer({both[1]});
  EXPECT_EQ(gathering->Who(), std::vector{PeerId{3}});
  // Back again, it is a newcomer.
  PushOf(PeerId{40}, At(5));
  EXPECT_EQ(gathering->TakeNewcomers(), std::vector{PeerId{5}});
}

TEST_F(GatheringTest, OneHolderThatTellsOfSomebodyIsEnough) {
  Begin();
  const Record there = At(5);
  Answer({there});
  Advance();
  const auto finds = rig.Sent<core::Find>();
  ASSERT_EQ(finds.size(), 3u);
  AnswerOf(finds[0].first, finds[0].second, {});
  AnswerOf(finds[1].first, finds[1].second, {there});
  EXPECT_EQ(gathering->Who(), std::vector{PeerId{5}});
  AnswerOf(finds[2].first, finds[2].second, {});
  EXPECT_EQ(gathering->Who(), std::vector{PeerId{5}});
}

TEST_F(GatheringTest, AListThatIsCutShortSaysNothingOfWhoIsMissing) {
  Begin();
  Answer({At(5)});
  Advance();
  Answer({At(6)}, true);
  EXPECT_EQ(gathering->Who(), (std::vector{PeerId{5}, PeerId{6}}));
}

TEST_F(GatheringTest, SilentHoldersSayNothingOfWhoIsMissing) {
  Begin();
  Answer({At(5)});
  Advance();
  for (int i = 0; i < 8; ++i) {
    rig.now = gathering->NextDeadline();
    gathering->OnDeadline(rig.moment());
  }
  EXPECT_EQ(gathering->Who(), std::vector{PeerId{5}});
}

TEST_F(GatheringTest, ARecordThatNobodyRenewsEndsWithItsTtl) {
  Begin();
  const Record there = At(5);
  Answer({there});
  const Time came = rig.now;
  while (!gathering->Who().empty()) {
    Advance();
    Answer({there});
  }
  EXPECT_GE(rig.now - came, Milliseconds(there.ttl_ms));
  // A holder that keeps it is not believed for longer than clocks may differ; looked at with the polls.
  EXPECT_LE(rig.now - came, Milliseconds(there.ttl_ms) + rig.config.matchmaking.clock_tolerance +
                                rig.config.matchmaking.worker_ttl / 3);
}

TEST_F(GatheringTest, ARenewedRecordStaysAndIsNoNewcomer) {
  Begin();
  Answer({At(5)});
  (void)gathering->TakeNewcomers();
  const Time end = rig.now + Minutes(5);
  while (rig.now < end) {
    Advance();
    Answer({At(5)});
    ASSERT_EQ(gathering->Who(), std::vector{PeerId{5}});
  }
  EXPECT_FALSE(gathering->has_newcomers());
}

TEST_F(GatheringTest, AForgedRecordIsRefusedAndItsHolderReported) {
  Begin();
  Record forged = At(5);
  forged.want = 9;
  Record other_topic = At(6);
  other_topic.topic.bytes[0] ^= 1;
  Record worker = rig.RecordOf(PeerId{7}, Role::kWorker);
  const auto finds = rig.Sent<core::Find>();
  AnswerOf(finds[0].first, finds[0].second, {forged, other_topic, worker});
  EXPECT_TRUE(gathering->Who().empty());
  ASSERT_EQ(rig.reports.size(), 1u);
  EXPECT_EQ(rig.reports[0], std::pair(finds[0].first, Offence::kBadSignature));
  EXPECT_EQ(rig.Observed<RecordRefused>().size(), 3u);
}

TEST_F(GatheringTest, AFloodOfForgeriesCostsAFewChecks) {
  Begin();
  std::vector<Record> forged(200, At(5));
  for (uint32_t i = 0; i < forged.size(); ++i) forged[i].sequence += i;
  const auto finds = rig.Sent<core::Find>();
  const uint32_t before = rig.effects.verifies();
  AnswerOf(finds[0].first, finds[0].second, std::vector<Record>(forged.begin() + 1, forged.end()));
  EXPECT_LE(rig.effects.verifies() - before, kForgeriesMax);
}

TEST_F(GatheringTest, AStrangersPushIsNoneOfItsBusiness) {
  Begin();
  Answer({});
  EXPECT_FALSE(PushOf(PeerId{50}, At(5)));
  request ^= 1;
  EXPECT_FALSE(PushOf(PeerId{40}, At(5)));
  EXPECT_TRUE(gathering->Who().empty());
}

TEST_F(GatheringTest, KnowsAtMostSixtyFour) {
  FlowRig crowded(100);
  Gathering all(crowded.topic);
  all.Begin(crowded.moment());
  all.OnLookup(crowded.moment(), crowded.lookups[0].token, holders);
  const Message find = crowded.Sent<core::Find>()[0].second;
  Found found;
  found.key = crowded.topic;
  for (uint32_t i = 1; i < 100; ++i) {
    found.records.push_back(crowded.RecordOf(PeerId{i}, Role::kMatcher));
  }
  all.OnFound(crowded.moment(), crowded.Sent<core::Find>()[0].first, find.id, found);
  EXPECT_EQ(all.Who().size(), Gathering::kPresentMax);
  EXPECT_EQ(all.TakeNewcomers().size(), Gathering::kPresentMax);
}

TEST_F(GatheringTest, WhoseLinkGoesDownIsGoneUntilItIsNamedAgain) {
  Begin();
  const Record there = At(5);
  Answer({there});
  gathering->OnLinkDown(rig.moment(), PeerId{5});
  EXPECT_TRUE(gathering->Who().empty());
  EXPECT_FALSE(gathering->has_newcomers());
  Advance();
  Answer({there});
  EXPECT_EQ(gathering->TakeNewcomers(), std::vector{PeerId{5}});
}

// Protocol document, 1.1.6: 4 registrations a minute per peer, topic and holder.
TEST_F(GatheringTest, RegistersAtMostThreeTimesAMinuteAndPollsEverLessOften) {
  Begin();
  std::map<int64_t, size_t> registered;
  size_t polls = 0;
  const Time end = rig.now + Minutes(10);
  while (rig.now < end) {
    registered[rig.now.us / 60'000'000] += rig.Sent<Provide>().size() / 3;
    polls += rig.Sent<core::Find>().size() / 3;
    Answer({});
    rig.now = gathering->NextDeadline();
    gathering->OnDeadline(rig.moment());
    Locate();
  }
  for (const auto& [minute, count] : registered) EXPECT_LE(count, 3u) << minute;
  EXPECT_GE(polls, 20u);
  EXPECT_LE(polls, 26u);
}

TEST_F(GatheringTest, LeaveWithdrawsEverywhere) {
  Begin();
  Answer({});
  gathering->Leave(rig.moment());
  EXPECT_EQ(rig.Sent<Withdraw>().size(), 3u);
}

// ---- many nodes ----

struct StandingNode {
  StandingNode(PeerId, const Context&) {}

  void OnArrival(const Moment& moment, PeerId from, const Message& message) {
    if (lies) return Lie(moment, from, message);
    matchmaking.OnArrival(moment, from, message);
  }

  void OnLookup(const Moment& moment, const Located& located) {
    matchmaking.OnLookup(moment, located);
  }

  void OnLinkDown(const Moment& moment, PeerId peer) { matchmaking.OnLinkDown(moment, peer); }

  void OnDeadline(const Moment& moment) { matchmaking.OnDeadline(moment); }

  [[nodiscard]] Time NextDeadline() const { return matchmaking.NextDeadline(); }

  [[nodiscard]] Rendezvous& rendezvous() { return matchmaking.rendezvous(); }

  // Takes everything and answers with records that nobody signed.
  void Lie(const Moment& moment, PeerId from, const Message& message) const {
    const auto* find = std::get_if<Find>(&message.body);
    if (find == nullptr) return;
    Found found;
    found.key = find->key;
    for (uint32_t i = 0; i < 8; ++i) {
      Record& forged = found.records.emplace_back();
      forged.topic = find->key;
      forged.role = Role::kMatcher;
      forged.peer = PeerId{i};
      forged.ttl_ms = 90'000;
      forged.sequence = UINT64_MAX - i;
      forged.attached_ms = moment.now_ms();
    }
    Message& reply = moment.effects.Send(from);
    reply.id = message.id;
    reply.body = found;
  }

  Matchmaking matchmaking;
  bool lies = false;
};

class GatheringNetTest : public testing::TestWithParam<uint64_t> {
 protected:
  using Net = MatchmakingNet<StandingNode>;

  static Key256 Topic() {
    Key256 topic;
    topic.bytes[3] = 77;
    return topic;
  }

  static void Gather(Net& net, PeerId peer) {
    net.Run(peer, [](StandingNode& node, const Moment& moment) {
      node.matchmaking.Gather(moment, Topic());
    });
  }

  static void Disperse(Net& net, PeerId peer) {
    net.Run(peer, [](StandingNode& node, const Moment& moment) {
      node.matchmaking.Disperse(moment, Topic());
    });
  }

  static std::set<PeerId> Seen(Net& net, PeerId peer) {
    const std::vector<PeerId> who = net.at(peer).matchmaking.GatheringAt(Topic())->Who();
    return {who.begin(), who.end()};
  }

  // Of [begin, end), those that are not seen by each other.
  static size_t CountBlind(Net& net, uint32_t begin, uint32_t end) {
    size_t blind = 0;
    for (uint32_t i = begin; i < end; ++i) {
      const std::set<PeerId> seen = Seen(net, PeerId{i});
      for (uint32_t other = begin; other < end; ++other) {
        if (other != i && !seen.contains(PeerId{other})) ++blind;
      }
    }
    return blind;
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, GatheringNetTest, testing::Range<uint64_t>(1, 5));

TEST_P(GatheringNetTest, TwoSeeEachOtherWithinTwoSeconds) {
  Net net({.seed = GetParam(), .nodes = 12});
  Gather(net, PeerId{0});
  net.RunFor(Seconds(1));
  EXPECT_TRUE(Seen(net, PeerId{0}).empty());
  Gather(net, PeerId{1});
  net.RunFor(Seconds(2));
  EXPECT_EQ(Seen(net, PeerId{0}), std::set{PeerId{1}});
  EXPECT_EQ(Seen(net, PeerId{1}), std::set{PeerId{0}});
}

TEST_P(GatheringNetTest, TwoAloneInTheWorldSeeEachOther) {
  Net net({.seed = GetParam(), .nodes = 2});
  Gather(net, PeerId{0});
  Gather(net, PeerId{1});
  net.RunFor(Seconds(6));
  EXPECT_EQ(CountBlind(net, 0, 2), 0u);
}

TEST_P(GatheringNetTest, FortySeeEachOtherThoughMessagesAreLost) {
  Net net({.seed = GetParam(), .nodes = 60, .lose_percent = 3, .repeat_percent = 3});
  for (uint32_t i = 0; i < 40; ++i) {
    Gather(net, PeerId{i});
    net.RunFor(Milliseconds(50));
  }
  net.RunFor(Seconds(20));
  EXPECT_EQ(CountBlind(net, 0, 40), 0u);
}

TEST_P(GatheringNetTest, FortyAtOnceStayForMinutesWithoutARefusal) {
  Net net({.seed = GetParam(), .nodes = 60});
  for (uint32_t i = 0; i < 40; ++i) Gather(net, PeerId{i});
  net.RunFor(Minutes(6));
  EXPECT_EQ(CountBlind(net, 0, 40), 0u);
  EXPECT_TRUE(net.All<Refused>().empty());
  EXPECT_TRUE(net.offences().empty());
}

TEST_P(GatheringNetTest, WhoDispersesVanishesAndOwnsNoMemory) {
  Net net({.seed = GetParam(), .nodes = 40});
  for (uint32_t i = 0; i < 10; ++i) Gather(net, PeerId{i});
  net.RunFor(Seconds(10));
  Disperse(net, PeerId{4});
  EXPECT_EQ(net.at(PeerId{4}).matchmaking.GatheringAt(Topic()), nullptr);
  net.RunFor(Seconds(35));  // One poll of everybody.
  for (uint32_t i = 0; i < 10; ++i) {
    if (i == 4) continue;
    EXPECT_FALSE(Seen(net, PeerId{i}).contains(PeerId{4})) << i;
    EXPECT_EQ(Seen(net, PeerId{i}).size(), 8u) << i;
  }
  for (uint32_t i = 0; i < 10; ++i) Disperse(net, PeerId{i});
  net.RunFor(Minutes(4));
  for (uint32_t i = 0; i < 40; ++i) {
    EXPECT_EQ(net.at(PeerId{i}).matchmaking.HeapBytes(), 0u) << i;
    EXPECT_EQ(net.at(PeerId{i}).NextDeadline(), Time::Never()) << i;
  }
}

TEST_P(GatheringNetTest, WhoCrashesVanishesWithinItsTtl) {
  Net net({.seed = GetParam(), .nodes = 40});
  for (uint32_t i = 0; i < 10; ++i) Gather(net, PeerId{i});
  net.RunFor(Seconds(10));
  net.Crash(PeerId{4});
  net.RunFor(Seconds(130));
  for (uint32_t i = 0; i < 10; ++i) {
    if (i == 4) continue;
    EXPECT_EQ(Seen(net, PeerId{i}).size(), 8u) << i;
  }
}

TEST_P(GatheringNetTest, HoldersThatGoAwayAreReplaced) {
  Net net({.seed = GetParam(), .nodes = 60});
  for (uint32_t i = 0; i < 10; ++i) Gather(net, PeerId{i});
  net.RunFor(Seconds(10));
  for (const PeerId holder : net.Nearest(Topic())) {
    static constexpr uint32_t kHolders = 3;
    const std::vector<PeerId> nearest = net.Nearest(Topic());
    const auto place = std::find(nearest.begin(), nearest.end(), holder) - nearest.begin();
    if (place < kHolders && holder.value >= 10) net.Crash(holder);
  }
  net.RunFor(Seconds(70));
  EXPECT_EQ(CountBlind(net, 0, 10), 0u);
  // A latecomer finds them at the new holders.
  Gather(net, PeerId{20});
  if (!net.IsUp(PeerId{20})) return;
  net.RunFor(Seconds(1));
  EXPECT_EQ(Seen(net, PeerId{20}).size(), 10u);
}

TEST_P(GatheringNetTest, ALyingHolderIsReportedAndHidesNobody) {
  Net net({.seed = GetParam(), .nodes = 60});
  const PeerId liar = net.Nearest(Topic()).front();
  net.at(liar).lies = true;
  std::vector<uint32_t> standing;
  for (uint32_t i = 10; i < 20; ++i) {
    if (PeerId{i} != liar) Gather(net, PeerId{i});
    if (PeerId{i} != liar) standing.push_back(i);
  }
  net.RunFor(Seconds(20));
  for (const uint32_t i : standing) EXPECT_EQ(Seen(net, PeerId{i}).size(), standing.size() - 1);
  ASSERT_FALSE(net.offences().empty());
  for (const auto& [peer, offence] : net.offences()) {
    EXPECT_EQ(peer, liar);
    EXPECT_EQ(offence, Offence::kBadSignature);
  }
}

TEST_P(GatheringNetTest, ThreeSaltedRootsWorkAsOne) {
  Net::Options options{.seed = GetParam(), .nodes = 60};
  options.config.matchmaking.roots = 3;
  Net net(options);
  for (uint32_t i = 0; i < 20; ++i) Gather(net, PeerId{i});
  net.RunFor(Seconds(15));
  EXPECT_EQ(CountBlind(net, 0, 20), 0u);
}

TEST_P(GatheringNetTest, ACrowdSeesNeighboursInTime) {
  Net net({.seed = GetParam(), .nodes = 200});
  for (uint32_t i = 0; i < 150; ++i) {
    Gather(net, PeerId{i});
    net.RunFor(Milliseconds(100));
  }
  net.RunFor(Seconds(5));
  for (uint32_t i = 0; i < 150; ++i) {
    EXPECT_EQ(Seen(net, PeerId{i}).size(), Gathering::kPresentMax) << i;
  }
  EXPECT_TRUE(Seen(net, PeerId{149}).contains(PeerId{148}));
}

}  // namespace
}  // namespace core
