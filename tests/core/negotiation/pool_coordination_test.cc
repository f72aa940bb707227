#include "core/negotiation/pool_coordination.h"

#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/negotiation/pools_net.h"

namespace core {
namespace {

using Phase = PoolCoordination::Phase;

// Two pools of three: 0, 1 and 2, which 2 coordinates; 3, 4 and 5, which 5 does. Messages take 20 ms.
class PoolCoordinationTest : public testing::Test {
 protected:
  PoolCoordinationTest() : net_(OptionsOf()) {
    net_.SetDelay([](PeerId, PeerId) { return Milliseconds(20); });
  }

  static PoolsNet::Options OptionsOf() {
    PoolsNet::Options options;
    options.nodes = 7;
    options.tells_dead_links = false;
    return options;
  }

  void OpenFirst() { net_.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2}); }

  void OpenSecond() { net_.OpenSeed(PeerId{3}, PeerId{4}, PeerId{5}); }

  [[nodiscard]] const PoolCoordination* pool(uint32_t peer) {
    return net_.at(PeerId{peer}).pools.coordination();
  }

  [[nodiscard]] size_t CountFree() {
    size_t count = 0;
    for (uint32_t i = 0; i < 6; ++i) {
      count += net_.IsUp(PeerId{i}) && !net_.at(PeerId{i}).pools.inside() ? 1u : 0u;
    }
    return count;
  }

  // The last inform of this kind.
  [[nodiscard]] std::optional<PoolInform> Informed(PoolEvent event) const {
    std::optional<PoolInform> last;
    for (const Packet& packet : net_.sent()) {
      const auto* inform = packet.As<PoolInform>();
      if (inform != nullptr && inform->event == event) last = *inform;
    }
    return last;
  }

  [[nodiscard]] NamedNode NameOfPeer(uint32_t peer) {
    return {.id = net_.identities().NodeIdOf(PeerId{peer})};
  }

  // Replaces the first message of this kind.
  template <typename Kind>
  void Forge(std::function<void(Kind&)> change) {
    net_.Lose([this, change, done = false](const Packet& packet) mutable {
      if (done || packet.As<Kind>() == nullptr) return false;
      done = true;
      Packet forged = packet;
      change(std::get<Kind>(forged.message.body));
      net_.Post(forged);
      return true;
    });
  }

  PoolsNet net_;
};

TEST_F(PoolCoordinationTest, AFormationWithASilentMemberIsRevertedAndNamesIt) {
  net_.Kill(PeerId{1});
  net_.Lose([](const Packet& packet) { return packet.from == PeerId{1}; });
  net_.Restart(PeerId{1});
  OpenFirst();
  net_.RunFor(Seconds(4));
  EXPECT_EQ(CountFree(), 3u);  // The silent one has joined, unheard.
  net_.RunFor(Seconds(2));
  EXPECT_EQ(CountFree(), 6u);
  ASSERT_TRUE(Informed(PoolEvent::kReverted).has_value());
  EXPECT_EQ(Informed(PoolEvent::kReverted)->silent, std::vector{NameOfPeer(1)});
  EXPECT_EQ(net_.at(PeerId{0}).voter.attempts, 2u);
  EXPECT_EQ(net_.at(PeerId{2}).voter.attempts, 2u);
  EXPECT_EQ(net_.Check(), "");
}

TEST_F(PoolCoordinationTest, OneLostInformCostsNoPool) {
  size_t lost = 0;
  net_.Lose([&lost](const Packet& packet) { return packet.As<PoolInform>() && ++lost <= 2; });
  OpenFirst();
  net_.RunFor(Seconds(4));
  EXPECT_EQ(net_.Disagreement(), "");
  EXPECT_EQ(pool(2)->phase(), Phase::kStanding);
}

TEST_F(PoolCoordinationTest, WhoIsSilentTwiceEndsThePool) {
  OpenFirst();
  net_.RunFor(Seconds(1));
  net_.Lose([](const Packet& packet) { return packet.from == PeerId{1}; });
  net_.RunFor(Seconds(25));
  EXPECT_NE(pool(2), nullptr);  // Once.
  net_.RunFor(Seconds(15));
  EXPECT_EQ(pool(2), nullptr);
  EXPECT_EQ(Informed(PoolEvent::kDissolved)->silent, std::vector{NameOfPeer(1)});
  EXPECT_EQ(CountFree(), 6u);
  EXPECT_EQ(net_.Check(), "");
}

TEST_F(PoolCoordinationTest, AMemberThatIsFreeEndsThePoolAtOnce) {
  OpenFirst();
  net_.RunFor(Seconds(1));
  net_.Kill(PeerId{1});
  net_.Restart(PeerId{1});  // It knows of nothing any more, and says so.
  net_.RunFor(Seconds(16));
  EXPECT_EQ(pool(2), nullptr);
  EXPECT_EQ(CountFree(), 6u);
}

TEST_F(PoolCoordinationTest, TheLargerPoolTakesOverAndTheLaterEpochCounts) {
  OpenFirst();
  OpenSecond();
  net_.RunFor(Seconds(3));
  EXPECT_EQ(net_.Disagreement(), "");
  const auto merged = net_.All<PoolsMerged>();
  ASSERT_EQ(merged.size(), 1u);
  const uint32_t taker = merged[0].first.value;
  EXPECT_EQ(pool(taker == 2 ? 5 : 2), nullptr);
  EXPECT_EQ(pool(taker)->pool().size(), 6u);
  EXPECT_EQ(pool(taker)->pool().epoch, 2u);
  EXPECT_GT(merged[0].second.pool, merged[0].second.taken);  // Equal sizes: the larger id.
  std::set<PublicKey> voters;
  std::set<Key256> nonces;
  for (const VoterRecord& voter : pool(taker)->pool().voters) voters.insert(voter.registrant);
  for (const VoteRecord& vote : pool(taker)->pool().votes) nonces.insert(vote.nonce);
  EXPECT_EQ(voters.size(), 6u);
  EXPECT_EQ(nonces.size(), 6u);
}

TEST_F(PoolCoordinationTest, AMergedEpochIsLaterThanThoseOfBothPools) {
  for (const uint32_t first : {0u, 7u}) {
    PoolsNet net(OptionsOf());
    net.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2}, first);
    net.OpenSeed(PeerId{3}, PeerId{4}, PeerId{5}, 7 - first);
    net.RunFor(Seconds(3));
    const auto merged = net.All<PoolsMerged>();
    ASSERT_EQ(merged.size(), 1u);
    EXPECT_EQ(merged[0].second.epoch, 9u);
    EXPECT_EQ(net.Disagreement(), "");
  }
}

TEST_F(PoolCoordinationTest, NoPoolPassesTheCapacity) {
  net_.config().negotiation.capacity = 5;
  net_.config().negotiation.margin = 0;
  OpenFirst();
  OpenSecond();
  net_.RunFor(Seconds(60));
  EXPECT_TRUE(net_.All<PoolsMerged>().empty());
  EXPECT_EQ(net_.CountSent<MergeGreet>(), 0u);
  EXPECT_EQ(pool(2)->pool().size() + pool(5)->pool().size(), 6u);
}

TEST_F(PoolCoordinationTest, APoolThatLacksNoMoreThanTheMarginForms) {
  net_.config().negotiation.capacity = 8;
  net_.config().negotiation.margin = 2;
  OpenFirst();
  OpenSecond();
  net_.RunFor(Seconds(3));
  EXPECT_EQ(net_.CountDone(), 6u);
  EXPECT_EQ(net_.Check(), "");
  EXPECT_EQ(net_.rules().sizes().size(), 1u);
}

TEST_F(PoolCoordinationTest, APoolFormsBeforeATicketEnds) {
  net_.config().negotiation.ticket_life = Seconds(120);
  OpenFirst();
  net_.RunFor(Seconds(80));
  EXPECT_EQ(net_.CountDone(), 0u);
  net_.RunFor(Seconds(15));
  EXPECT_EQ(net_.CountDone(), 3u);
}

// A merge in which `silent` hears and says nothing of the merged epoch.
class PoolRevertTest : public PoolCoordinationTest, public testing::WithParamInterface<uint32_t> {};

TEST_P(PoolRevertTest, BothPoolsStandOneEpochFurther) {
  const PeerId silent{GetParam()};
  net_.Lose([silent](const Packet& packet) {
    const auto* inform = packet.As<PoolInform>();
    return inform != nullptr && inform->event == PoolEvent::kMerged && packet.to == silent;
  });
  OpenFirst();
  OpenSecond();
  net_.RunFor(Seconds(14));
  EXPECT_EQ(net_.Check(), "");
  EXPECT_EQ(net_.Disagreement(), "");
  const auto merged = net_.All<PoolsMerged>();
  const bool is_coordinator = pool(silent.value) != nullptr;
  if (merged.empty()) {
    EXPECT_EQ(pool(2)->pool().size(), 3u);
    EXPECT_EQ(pool(5)->pool().size(), 3u);
    EXPECT_GT(std::max(pool(2)->pool().epoch, pool(5)->pool().epoch), 2u);
    std::vector<NamedNode> named;
    for (const Packet& packet : net_.sent()) {
      const auto* inform = packet.As<PoolInform>();
      if (inform == nullptr || inform->event != PoolEvent::kReverted) continue;
      named.insert(named.end(), inform->silent.begin(), inform->silent.end());
    }
    EXPECT_NE(std::find(named.begin(), named.end(), NameOfPeer(silent.value)), named.end());
  } else {
    EXPECT_TRUE(is_coordinator);  // The taker: nobody informs it.
  }
}

INSTANTIATE_TEST_SUITE_P(Each, PoolRevertTest, testing::Range(0u, 6u));

// A giver that was not told asks, and both pools need not be given up for one lost word.
TEST_F(PoolCoordinationTest, AVerdictThatWasLostIsAskedFor) {
  size_t lost = 0;
  net_.Lose([&lost](const Packet& packet) {
    const auto* ack = packet.As<MergeAck>();
    return ack != nullptr && ack->verdict == MergeVerdict::kDone && ++lost == 1;
  });
  OpenFirst();
  OpenSecond();
  net_.RunFor(Seconds(3));
  EXPECT_EQ(net_.Coordinators().size(), 2u);
  net_.RunFor(Seconds(4));
  EXPECT_EQ(lost, 2u);
  EXPECT_EQ(net_.Coordinators().size(), 1u);
  EXPECT_EQ(net_.Disagreement(), "");
}

// Scenario 26: either coordinator dies for good, or falls silent, at any message of a merge.
enum class Fate { kDead, kUnheard };

struct MidMerge {
  bool merged = false;
  bool reverted = false;
};

void DieInMidMerge(uint32_t victim, size_t at_message, Fate fate, MidMerge& seen) {
  PoolsNet::Options options;
  options.nodes = 7;
  PoolsNet net(options);
  size_t messages = 0;
  bool struck = false;
  net.Lose([&](const Packet& packet) {
    const bool of_merge = packet.As<MergeGreet>() || packet.As<MergeAck>() ||
                          packet.As<MergeLists>() || packet.As<PoolInform>() ||
                          packet.As<PoolAck>();
    if (of_merge && ++messages >= at_message) struck = true;
    return struck && fate == Fate::kUnheard && packet.from == PeerId{victim};
  });
  net.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2});
  net.OpenSeed(PeerId{3}, PeerId{4}, PeerId{5});
  while (!struck && net.now() < Time{} + Seconds(1'000'010)) net.RunFor(Milliseconds(1));
  if (fate == Fate::kDead) net.Kill(PeerId{victim});
  net.RunFor(Seconds(60));
  EXPECT_EQ(net.Check(), "") << victim << " at " << at_message;
  if (fate == Fate::kDead) {
    EXPECT_EQ(net.Disagreement(), "") << victim << " at " << at_message;
  }
  seen.merged = seen.merged || !net.All<PoolsMerged>().empty();
  for (const auto& [peer, left] : net.All<PoolLeft>()) {
    seen.reverted = seen.reverted || left.cause == PoolLeaving::kReverted;
  }
  if (fate == Fate::kDead) return;
  net.LoseNothing();
  net.RunFor(Seconds(60));
  EXPECT_EQ(net.Check(), "") << victim << " unheard from " << at_message;
  EXPECT_EQ(net.Disagreement(), "") << victim << " unheard from " << at_message;
}

TEST(PoolMergeTest, WhoeverDiesInMidMergeAllOthersAgreeWithinTheBound) {
  MidMerge seen;
  for (const uint32_t victim : {2u, 5u, 0u, 3u}) {
    for (size_t at = 1; at <= 30; ++at) {
      DieInMidMerge(victim, at, Fate::kDead, seen);
      DieInMidMerge(victim, at, Fate::kUnheard, seen);
    }
  }
  EXPECT_TRUE(seen.merged);
  EXPECT_TRUE(seen.reverted);
}

// Scenario 27: everybody greets everybody at the same instant, with equal delays.
TEST(PoolMergeTest, GlareAndCyclesEndInBoundedSteps) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    PoolsNet::Options options;
    options.seed = seed;
    options.nodes = 18;
    PoolsNet net(options);
    net.SetDelay([](PeerId, PeerId) { return Milliseconds(20); });
    net.SeedTheFree(18);
    net.RunFor(Seconds(5));
    EXPECT_EQ(net.All<PoolsMerged>().size(), 5u) << seed;
    EXPECT_LE(net.CountSent<MergeGreet>(), 60u) << seed;
    EXPECT_EQ(net.Disagreement(), "") << seed;
    EXPECT_EQ(net.Check(), "") << seed;
  }
}

// Lists that nobody should believe: the giver forges them, or others' records are in them.
TEST_F(PoolCoordinationTest, ForgedListsAreRefusedAndBothPoolsStand) {
  const std::vector<std::function<void(MergeLists&)>> forgeries = {
      [](MergeLists& lists) { lists.votes.pop_back(); },
      [](MergeLists& lists) { lists.members.pop_back(); },
      [](MergeLists& lists) { lists.voters[0] = lists.voters[1]; },
      [](MergeLists& lists) { lists.votes[0] = lists.votes[1]; },
      [](MergeLists& lists) { lists.members[0] = lists.members[1]; },
      [](MergeLists& lists) { lists.voters[0].registrant[3] ^= 1; },
      [](MergeLists& lists) { lists.members[0].ticket.attempt += 1; },
      [](MergeLists& lists) { lists.members[0].ticket.expires_ms = 0; },
      [](MergeLists& lists) { lists.members[0].peer = PeerId{6}; },
  };
  for (size_t i = 0; i < forgeries.size(); ++i) {
    PoolsNet::Options options = OptionsOf();
    PoolsNet net(options);
    bool forged = false;
    net.Lose([&](const Packet& packet) {
      if (forged || packet.As<MergeLists>() == nullptr) return false;
      forged = true;
      Packet changed = packet;
      forgeries[i](std::get<MergeLists>(changed.message.body));
      net.Post(changed);
      return true;
    });
    net.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2});
    net.OpenSeed(PeerId{3}, PeerId{4}, PeerId{5});
    net.RunFor(Seconds(3));
    EXPECT_TRUE(forged) << i;
    EXPECT_TRUE(net.All<PoolsMerged>().empty()) << i;
    EXPECT_EQ(net.Coordinators().size(), 2u) << i;
    EXPECT_EQ(net.All<NegotiationRefused>().size(), 1u) << i;
    ASSERT_EQ(net.offences().size(), 1u) << i;
    EXPECT_EQ(net.offences()[0].second, Offence::kProtocolViolation) << i;
  }
}

// N5: one registrant in two pools is found before the lists become one.
TEST_F(PoolCoordinationTest, ARegistrantInBothPoolsKeepsThemApart) {
  OpenFirst();
  net_.RunFor(Seconds(1));
  Pool pool;
  pool.id.bytes.fill(200);
  for (const PeerId peer : {PeerId{0}, PeerId{3}, PeerId{5}}) {
    net_.Run(peer, [&](PoolNode& node, const Moment& moment) {
      node.votes = true;
      if (peer != PeerId{0}) node.voter.Renew(moment);
      if (peer == PeerId{3}) node.voter.opener = PeerId{5};
      pool.voters.push_back(node.voter.own.voter);
      pool.votes.push_back(node.voter.own.vote);
      pool.members.push_back({.peer = peer, .ticket = node.voter.ticket});
    });
  }
  // It acknowledges both.
  net_.Lose([this](const Packet& packet) {
    const auto* inform = packet.As<PoolInform>();
    if (inform == nullptr || packet.from != PeerId{5} || packet.to != PeerId{0}) return false;
    net_.Post({PeerId{0},
               PeerId{5},
               {.id = packet.message.id,
                .sent_ms = 0,
                .body = PoolAck{.pool = inform->pool, .epoch = inform->epoch}}});
    return true;
  });
  net_.Run(PeerId{5}, [&](PoolNode& node, const Moment& moment) {
    node.pools.Begin(node.voter.At(moment, node.matchmaking), pool);
  });
  net_.RunFor(Seconds(5));
  EXPECT_TRUE(net_.All<PoolsMerged>().empty());
  ASSERT_FALSE(net_.All<NegotiationRefused>().empty());
  EXPECT_EQ(net_.All<NegotiationRefused>()[0].second.reason, NegotiationReject::kDuplicate);
  EXPECT_TRUE(net_.offences().empty());  // The giver cannot know who else has it.
  EXPECT_LE(net_.CountSent<MergeLists>(), 2u);
}

TEST_F(PoolCoordinationTest, AnObjectionDissolvesThePool) {
  Forge<BlockForm>([](BlockForm& form) { form.votes[0].sealed.push_back(1); });
  OpenFirst();
  net_.RunFor(Seconds(530));
  EXPECT_EQ(net_.All<SignRefused>().size(), 1u);
  EXPECT_EQ(net_.CountDone(), 0u);
  EXPECT_EQ(CountFree(), 6u);
  EXPECT_EQ(net_.Check(), "");
}

TEST_F(PoolCoordinationTest, ASignatureThatIsNoneDissolvesThePoolAndIsAnOffence) {
  Forge<BlockSign>([](BlockSign& sign) { sign.signature.signature[5] ^= 1; });
  OpenFirst();
  net_.RunFor(Seconds(530));
  EXPECT_EQ(net_.CountDone(), 0u);
  EXPECT_EQ(CountFree(), 6u);
  ASSERT_EQ(net_.offences().size(), 1u);
  EXPECT_EQ(net_.offences()[0].second, Offence::kBadSignature);
}

TEST_F(PoolCoordinationTest, ASilentSignerDissolvesThePoolAndIsNamed) {
  net_.Lose([](const Packet& packet) { return packet.As<BlockForm>() && packet.to == PeerId{0}; });
  OpenFirst();
  net_.RunFor(Seconds(545));
  EXPECT_EQ(net_.CountDone(), 0u);
  EXPECT_EQ(CountFree(), 6u);
  EXPECT_EQ(Informed(PoolEvent::kDissolved)->silent, std::vector{NameOfPeer(0)});
  EXPECT_EQ(net_.Check(), "");
}

// Whoever signed and did not hear of the end asks, and is told that there will be no block.
TEST_F(PoolCoordinationTest, ADissolvedPoolIsRemembered) {
  size_t lost = 0;
  net_.Lose([&lost](const Packet& packet) {
    const auto* inform = packet.As<PoolInform>();
    const bool first = inform != nullptr && inform->event == PoolEvent::kDissolved &&
                       packet.to == PeerId{1} && lost++ == 0;
    return first || (packet.As<BlockForm>() && packet.to == PeerId{0});
  });
  OpenFirst();
  net_.RunFor(Seconds(560));
  EXPECT_EQ(lost, 2u);
  EXPECT_EQ(CountFree(), 6u);
}

TEST_F(PoolCoordinationTest, AStoppedVoteEndsItsPool) {
  OpenFirst();
  net_.RunFor(Seconds(1));
  net_.Run(PeerId{2}, [](PoolNode& node, const Moment& moment) {
    node.pools.Stop(node.voter.At(moment, node.matchmaking));
    node.Settle(moment);
  });
  net_.RunFor(Seconds(1));
  EXPECT_EQ(CountFree(), 6u);
  EXPECT_FALSE(net_.at(PeerId{2}).pools.over());  // Others may still ask.
  EXPECT_EQ(net_.Check(), "");
}

}  // namespace
}  // namespace core
