// Every (phase, message) pair that a stranger can cause: no crash, and no phase changes, because a
// stranger's message is in no transition table. Then arbitrary histories.
#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/matchmaking/matcher.h"
#include "core/matchmaking/matchmaking.h"
#include "core/matchmaking/worker.h"
#include "tests/core/matchmaking/flow_rig.h"
#include "tests/core/peer/peer_rig.h"

namespace core {
namespace {

class StrangerTest : public testing::Test {
 protected:
  void Locate(Matchmaking& at) {
    while (!rig.lookups.empty()) {
      const auto asked = rig.lookups.front();
      rig.lookups.erase(rig.lookups.begin());
      at.OnLookup(rig.moment(), {asked.token, holders, 1});
    }
  }

  void AnswerFinds(Matchmaking& at, const std::vector<Record>& records) {
    const auto finds = rig.Sent<Find>();
    for (const auto& [holder, message] : finds) {
      Message reply;
      reply.id = message.id;
      Found found;
      found.key = std::get<Find>(message.body).key;
      found.records = records;
      reply.body = found;
      at.OnArrival(rig.moment(), holder, reply);
    }
  }

  void Advance(Matchmaking& at, Duration by) {
    const Time end = rig.now + by;
    while (at.NextDeadline() <= end) {
      rig.now = std::max(rig.now, at.NextDeadline());
      at.OnDeadline(rig.moment());
    }
    rig.now = end;
  }

  MatchCommand Seek(Role seek) {
    MatchCommand command;
    command.topic = {"proof", "chapter one"};
    command.seek = seek;
    command.want = 1;
    return command;
  }

  // A matcher brought to the phase.
  std::unique_ptr<Matchmaking> MatcherIn(Matcher::Phase phase, Role seek) {
    rig.effects.Clear();
    rig.lookups.clear();
    rig.shared_prefix =
        phase == Matcher::Phase::kPausing || phase == Matcher::Phase::kAsking ? 8 : 0;
    auto at = std::make_unique<Matchmaking>();
    at->OnMatch(rig.moment(), Seek(seek));
    if (phase == Matcher::Phase::kAsking) return at;
    Locate(*at);
    if (phase == Matcher::Phase::kClosing) {
      Advance(*at, Milliseconds(9'500));
      rig.effects.Clear();
      Advance(*at, Milliseconds(1));
      Locate(*at);
      at->OnDeadline(rig.moment());
    }
    std::vector<Record> records;
    if (phase == Matcher::Phase::kClosing) records = {rig.RecordOf(PeerId{30}, seek)};
    AnswerFinds(*at, records);
    if (phase == Matcher::Phase::kClosing) Advance(*at, Milliseconds(600));
    return at;
  }

  FlowRig rig;
  std::vector<PeerId> holders{PeerId{40}, PeerId{41}, PeerId{42}};
};

TEST_F(StrangerTest, MovesNoMatcher) {
  for (const Role seek : {Role::kWorker, Role::kMatcher}) {
    for (const auto phase : {Matcher::Phase::kAsking, Matcher::Phase::kPausing,
                             Matcher::Phase::kStaying, Matcher::Phase::kClosing}) {
      for (const Message& message : OneOfEach(rig.topic)) {
        auto at = MatcherIn(phase, seek);
        ASSERT_EQ(at->matchers().size(), 1u);
        ASSERT_EQ(at->matchers()[0]->phase(), phase);
        // An offer to a matcher that seeks matchers is its business (pairing_test).
        const bool own_business =
            seek == Role::kMatcher && std::holds_alternative<Offer>(message.body);
        at->OnArrival(rig.moment(), PeerId{3}, message);
        at->OnArrival(rig.moment(), PeerId{40}, message);
        if (own_business) continue;
        ASSERT_EQ(at->matchers().size(), 1u) << message.body.index();
        EXPECT_EQ(at->matchers()[0]->phase(), phase) << message.body.index();
      }
    }
  }
}

TEST_F(StrangerTest, MovesNoWorker) {
  for (const bool resting : {false, true}) {
    for (const Message& message : OneOfEach(rig.topic)) {
      rig.effects.Clear();
      Matchmaking at;
      at.OnWork(rig.moment(), {.topic = {"proof", "chapter one"}, .budget = 1, .capabilities = {}});
      Locate(at);
      if (resting) {
        for (const auto& [holder, provide] : rig.Sent<Provide>()) {
          Message ack;
          ack.id = provide.id;
          ack.body = ProvideAck{.key = std::get<Provide>(provide.body).key, .traffic = {}};
          at.OnArrival(rig.moment(), holder, ack);
        }
      }
      const auto phase = resting ? Worker::Phase::kResting : Worker::Phase::kRenewing;
      ASSERT_EQ(at.workers()[0]->phase(), phase);
      at.OnArrival(rig.moment(), PeerId{3}, message);
      at.OnArrival(rig.moment(), PeerId{40}, message);
      ASSERT_EQ(at.workers().size(), 1u);
      EXPECT_EQ(at.workers()[0]->phase(), phase) << message.body.index();
      EXPECT_EQ(at.workers()[0]->tasks().active(), 0);
    }
  }
}

TEST_F(StrangerTest, TakesNothingFromAHolderAndGetsAtMostOneAnswer) {
  for (const bool holds : {false, true}) {
    for (const Message& message : OneOfEach(rig.topic)) {
      Matchmaking at;
      if (holds) {
        const Record record = rig.RecordOf(PeerId{1}, Role::kWorker);
        ASSERT_TRUE(at.rendezvous().Take(rig.moment(), PeerId{1}, rig.ProvideOf(record)));
      }
      rig.effects.Clear();
      at.OnArrival(rig.moment(), PeerId{3}, message);
      EXPECT_EQ(at.rendezvous().RecordCount(), holds ? 1u : 0u) << message.body.index();
      EXPECT_LE(rig.effects.sends().size(), 1u) << message.body.index();
    }
  }
}

TEST_F(StrangerTest, MovesNoWholePeer) {
  using Prepare = std::function<void(PeerRig&)>;
  const std::vector<Prepare> prepared{
      [](PeerRig&) {}, [](PeerRig& at) { at.Step(Start{}); },
      [](PeerRig& at) {
        at.SeedEverybody();
        at.Step(Start{});
        at.Step(Command(MatchCommand{.topic = at.topic, .filter = {}, .capabilities = {}}));
      },
      [](PeerRig& at) {
        at.SeedEverybody();
        at.Step(Start{});
        at.Step(Command(WorkCommand{.topic = at.topic, .budget = 1, .capabilities = {}}));
      }};
  for (const Prepare& prepare : prepared) {
    for (const Message& message : OneOfEach(rig.topic)) {
      PeerRig at;
      prepare(at);
      at.Receive(PeerId{5}, message);
      EXPECT_EQ(at.CountObserved<MatchFinished>(), 0u);
      EXPECT_EQ(at.CountObserved<TaskAccepted>(), 0u);
      EXPECT_LE(at.effects.sends().size(), 3u);
      at.Step(Arrival{PeerId{5}, nullptr});
      at.Receive(PeerId{0}, message);
      EXPECT_TRUE(at.effects.empty());
      at.Advance(Minutes(3));
    }
  }
}

// What the fuzzer's steps are made of: handles, keys and ids that the peer itself used, so that
// many of the guesses are right.
struct Draw {
  uint8_t what;
  uint8_t who;
  uint8_t which;
  uint16_t wait;
};

Message Arbitrary(const Draw& draw, PeerRig& rig, const std::vector<Message>& heard) {
  Message message;
  const bool echo = !heard.empty() && draw.which % 4 != 0;
  const Message* seen = echo ? &heard[draw.which % heard.size()] : nullptr;
  const Key256 topic = HashTopic(rig.context, rig.topic);
  std::vector<Message> all = OneOfEach(topic);
  message = all[draw.what % all.size()];
  if (seen == nullptr) return message;
  message.id = seen->id;
  if (const auto* find = std::get_if<Find>(&seen->body)) {
    Found found;
    found.key = find->key;
    found.traffic.count = draw.which % 3 == 0 ? 1'000 : 2;
    for (uint32_t i = 1; i < 5; ++i) {
      Record record;
      record.topic = topic;
      record.role = find->role_wanted;
      record.budget = 1;
      record.peer = PeerId{i + 4};
      record.ttl_ms = 60'000;
      record.attached_ms = rig.now.us / 1000;
      record.sequence = draw.wait + 1u;
      found.records.push_back(record);
    }
    message.body = found;
  } else if (const auto* provide = std::get_if<Provide>(&seen->body)) {
    message.body = ProvideAck{.key = provide->key,
                              .traffic = {.count = draw.which % 2 == 0 ? 500u : 1u},
                              .retry_after_ms = draw.wait % 5 == 0 ? draw.wait : 0u};
  } else if (const auto* asked = std::get_if<FindNode>(&seen->body)) {
    Nodes nodes{.target = asked->target, .peers = {}};
    for (uint32_t i = 0; i < 8; ++i) nodes.peers.push_back(PeerId{(draw.who + i) % 32});
    message.body = nodes;
  } else if (const auto* offer = std::get_if<Offer>(&seen->body)) {
    if (draw.which % 2 == 0) message.body = Accept{offer->task};
  }
  return message;
}

// A new offer, or any earlier one once more, at any later time.
Message NewOrEarlierOffer(const Draw& draw, const PeerRig& rig, std::vector<Message>& offers) {
  if (offers.empty() || draw.which % 3 != 0) {
    Offer offer;
    offer.topic = HashTopic(rig.context, rig.topic);
    offer.kind = rig.topic.kind;
    offer.task.bytes[0] = static_cast<uint8_t>(offers.size());
    offer.expires_ms = rig.now.us / 1000 + 1'000;
    offers.emplace_back();
    offers.back().body = offer;
  }
  return offers[draw.what % offers.size()];
}

RC_GTEST_PROP(PeerPropertyTest, ArbitraryHistoriesNeverCrashAndKeepTheBudget, ()) {
  PeerRig rig(32);
  if (*rc::gen::arbitrary<bool>()) rig.config.matchmaking.roots = 3;
  if (*rc::gen::arbitrary<bool>()) rig.config.matchmaking.push = true;
  rig.SeedEverybody();
  std::vector<Message> heard;
  std::vector<Message> offers;
  std::set<TaskId> accepted;
  int active = 0;
  const auto note = [&] {
    for (const Outgoing& outgoing : rig.effects.sends()) {
      if (heard.size() < 64) heard.push_back(outgoing.message);
    }
    for (const Observation& what : rig.effects.observations()) {
      if (const auto* fact = std::get_if<TaskAccepted>(&what)) {
        RC_ASSERT(accepted.insert(fact->task).second);
        RC_ASSERT(++active <= fact->budget);
      } else if (std::holds_alternative<TaskFinished>(what)) {
        --active;
      }
    }
  };
  rig.Step(Start{});
  const auto bytes = *rc::gen::container<std::vector<uint32_t>>(rc::gen::arbitrary<uint32_t>());
  for (const uint32_t word : bytes) {
    const uint64_t mixed = Mix64(word);
    const Draw draw{static_cast<uint8_t>(mixed), static_cast<uint8_t>(mixed >> 8),
                    static_cast<uint8_t>(mixed >> 16), static_cast<uint16_t>(mixed >> 24)};
    const PeerId who{1u + draw.who % 31u};
    switch ((mixed >> 48) % 8) {
      case 0:
        rig.Step(Command(MatchCommand{.topic = rig.topic,
                                      .seek = draw.what % 2 == 0 ? Role::kWorker : Role::kMatcher,
                                      .want = static_cast<uint16_t>(draw.which % 5),
                                      .patience = Milliseconds(draw.wait),
                                      .filter = {},
                                      .capabilities = {}}));
        break;
      case 1:
        rig.Step(Command(WorkCommand{.topic = rig.topic,
                                     .budget = static_cast<uint16_t>(draw.what % 3),
                                     .capabilities = {}}));
        break;
      case 2:
        rig.Step(Link{who, draw.what % 2 == 0});
        break;
      case 3: {
        const Message message = NewOrEarlierOffer(draw, rig, offers);
        rig.Receive(who, message);
        break;
      }
      case 4:
        rig.now = rig.now + Milliseconds(draw.wait);
        rig.Step(Wake{});
        break;
      default: {
        const Message message = Arbitrary(draw, rig, heard);
        rig.Receive(who, message);
      }
    }
    note();
    RC_ASSERT(rig.peer->MemoryUsage() < 200'000u);
  }
}

}  // namespace
}  // namespace core
