// Whole votes, from the command to a block that all have signed.
#include "core/negotiation/negotiation.h"

#include <map>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/negotiation/negotiation_net.h"

namespace core {
namespace {

// A voter with everything that core/negotiation has.
class VotingNode {
 public:
  VotingNode(PeerId, const Context&) {}

  [[nodiscard]] bool votes() const { return voted_; }

  void Vote(const Moment& moment, const VoteCommand& command) {
    voted_ = true;
    negotiation.OnCommand({moment, matchmaking}, command);
    negotiation.OnNewcomers({moment, matchmaking});
  }

  void OnArrival(const Moment& moment, PeerId from, const Message& message) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnArrival(moment, from, message);
    negotiation.OnArrival(at, from, message);
    negotiation.OnNewcomers(at);
  }

  void OnLookup(const Moment& moment, const Located& located) {
    matchmaking.OnLookup(moment, located);
    negotiation.OnNewcomers({moment, matchmaking});
  }

  void OnLinkDown(const Moment& moment, PeerId peer) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnLinkDown(moment, peer);
    negotiation.OnLinkDown(at, peer);
    negotiation.OnNewcomers(at);
  }

  void OnDeadline(const Moment& moment) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnDeadline(moment);
    negotiation.OnDeadline(at);
    negotiation.OnNewcomers(at);
  }

  [[nodiscard]] Time NextDeadline() const {
    return std::min(matchmaking.NextDeadline(), negotiation.NextDeadline());
  }

  [[nodiscard]] Rendezvous& rendezvous() { return matchmaking.rendezvous(); }

  Matchmaking matchmaking;
  Negotiation negotiation;

 private:
  bool voted_ = false;
};

using Net = NegotiationNet<VotingNode>;

class NegotiationTest : public testing::TestWithParam<uint64_t> {
 protected:
  // How each vote ended; a registrant that voted twice (a restart) has its last end.
  static std::map<PeerId, VoteEnded> Ends(const Net& net) {
    std::map<PeerId, VoteEnded> ends;
    for (const auto& [peer, ended] : net.All<VoteEnded>()) ends[peer] = ended;
    return ends;
  }

  static size_t CountEnds(const Net& net, VoteEnd end) {
    size_t count = 0;
    for (const auto& [peer, ended] : Ends(net)) count += ended.end == end ? 1 : 0;
    return count;
  }

  // BN-2, BN-3 as far as observations tell: a registrant stands in one block, and a block has as many signers as voters.
  static void CheckBlocks(const Net& net) {
    std::map<Key256, std::set<PeerId>> signers;
    std::map<Key256, uint16_t> sizes;
    for (const auto& [peer, signs] : net.All<BlockSignedBy>()) signers[signs.cid].insert(peer);
    for (const auto& [peer, block] : net.All<BlockFormed>()) sizes[block.cid] = block.voters;
    std::map<PeerId, Key256> block_of;
    for (const auto& [cid, voters] : sizes) {
      EXPECT_EQ(signers[cid].size(), voters);
      for (const PeerId voter : signers[cid]) {
        EXPECT_TRUE(block_of.emplace(voter, cid).second) << "two blocks of " << voter.value;
      }
    }
    for (const auto& [peer, ended] : Ends(net)) {
      if (ended.end != VoteEnd::kBlock && ended.end != VoteEnd::kUnitary) continue;
      EXPECT_EQ(block_of[peer], ended.cid) << peer.value;
    }
    PairRules::Check(net.reported());
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, NegotiationTest, testing::Range<uint64_t>(1, 6));

TEST_P(NegotiationTest, SixtyVotersEndInBlocksWithinTheCapacity) {
  Net net({.seed = GetParam(), .nodes = 60});
  net.VoteAll();
  net.RunFor(Minutes(62));
  EXPECT_EQ(Ends(net).size(), 60u);
  EXPECT_EQ(CountEnds(net, VoteEnd::kBlock), 60u);
  for (const auto& [peer, ended] : Ends(net)) {
    EXPECT_GE(ended.voters, net.config().negotiation.block_min);
    EXPECT_LE(ended.voters, net.config().negotiation.capacity);
    EXPECT_GT(ended.messages, 0u);
  }
  EXPECT_TRUE(net.offences().empty());
  CheckBlocks(net);
}

TEST_P(NegotiationTest, LateOnesAreLeftOverAndVoteAlone) {
  Net net({.seed = GetParam(), .nodes = 5});
  net.VoteAll();
  net.RunFor(Minutes(62));
  EXPECT_EQ(CountEnds(net, VoteEnd::kBlock), 3u);
  EXPECT_EQ(CountEnds(net, VoteEnd::kUnitary), 2u);
  CheckBlocks(net);
}

TEST_P(NegotiationTest, WithoutConsentNobodyVotesAlone) {
  Net net({.seed = GetParam(), .nodes = 4});
  for (uint32_t i = 0; i < 2; ++i) {
    net.Run(PeerId{i}, [&](VotingNode& node, const Moment& moment) {
      VoteCommand command = VoteOf(PeerId{i}, net.terms());
      command.unitary = false;
      node.Vote(moment, command);
    });
  }
  net.RunFor(Minutes(62));
  EXPECT_EQ(CountEnds(net, VoteEnd::kMissed), 2u);
  EXPECT_TRUE(net.All<BlockFormed>().empty());
}

TEST_P(NegotiationTest, LossesAndCrashesEndInBlocksOrAlone) {
  Net net({.seed = GetParam(), .nodes = 24, .lose_percent = 3, .repeat_percent = 3});
  net.VoteAll();
  std::set<PeerId> crashed;
  for (int i = 0; i < 12; ++i) {
    net.RunFor(Seconds(20));
    const PeerId peer{static_cast<uint32_t>(net.random().Below(24))};
    if (crashed.size() < 6) {
      net.Crash(peer);
      crashed.insert(peer);
    }
  }
  net.RunFor(Minutes(70));
  const auto ends = Ends(net);
  for (uint32_t i = 0; i < 24; ++i) {
    if (crashed.contains(PeerId{i})) continue;
    ASSERT_TRUE(ends.contains(PeerId{i})) << i;
    const VoteEnd end = ends.at(PeerId{i}).end;
    EXPECT_TRUE(end == VoteEnd::kBlock || end == VoteEnd::kUnitary) << i;
  }
  // Silence is no proof of anything.
  for (const auto& report : net.offences()) {
    EXPECT_EQ(report.second, Offence::kConnectionFailure);
  }
  PairRules::Check(net.reported());
}

TEST_P(NegotiationTest, NothingIsHeldAfterTheEnd) {
  Net net({.seed = GetParam(), .nodes = 12});
  net.VoteAll();
  net.RunFor(Minutes(130));
  for (uint32_t i = 0; i < 12; ++i) {
    VotingNode& node = net.at(PeerId{i});
    EXPECT_TRUE(node.negotiation.cases().empty()) << i;
    EXPECT_TRUE(node.matchmaking.gatherings().empty()) << i;
    EXPECT_LE(node.negotiation.HeapBytes(), 2 * sizeof(Key256)) << i;
    EXPECT_EQ(node.negotiation.NextDeadline(), Time::Never()) << i;
  }
}

TEST_P(NegotiationTest, RealSealingAndSealedAnswersWorkAlike) {
  Net net({.seed = GetParam(), .nodes = 3});
  net.SealForReal();
  net.VoteAll();
  net.RunFor(Minutes(62));
  EXPECT_EQ(CountEnds(net, VoteEnd::kBlock), 3u);
  CheckBlocks(net);
}

TEST_P(NegotiationTest, AVoteBeginsWithThePeriod) {
  Net net({.seed = GetParam(), .nodes = 3});
  net.terms().opens_ms += 600'000;
  net.VoteAll();
  net.RunFor(Minutes(9));
  EXPECT_TRUE(net.All<AttemptStarted>().empty());
  net.RunFor(Minutes(2));
  EXPECT_GE(net.All<AttemptStarted>().size(), 3u);
}

TEST(NegotiationCommandTest, WhatIsNoGoodIsRefused) {
  const std::vector<std::function<void(VoteCommand&)>> flaws = {
      [](VoteCommand& command) { command.answers.assign(limits::kAnswerBytesMax + 1, 0); },
      [](VoteCommand& command) { command.terms.closes_ms = command.terms.opens_ms; },
      [](VoteCommand& command) { command.terms.opens_ms = INT64_MIN; },
      [](VoteCommand& command) { command.terms.closes_ms = INT64_MAX; },
      [](VoteCommand& command) { command.terms.election_keys.assign(1, GroupKeyBytes{0xff}); },
  };
  for (size_t i = 0; i < flaws.size(); ++i) {
    Net net({.seed = 1, .nodes = 2});
    VoteCommand command = VoteOf(PeerId{0}, net.terms());
    flaws[i](command);
    net.Run(PeerId{0}, [&](VotingNode& node, const Moment& moment) { node.Vote(moment, command); });
    net.RunFor(Seconds(1));
    ASSERT_EQ(net.All<VoteEnded>().size(), 1u) << i;
    EXPECT_EQ(net.All<VoteEnded>()[0].second.end, VoteEnd::kRefused) << i;
    EXPECT_TRUE(net.at(PeerId{0}).negotiation.cases().empty()) << i;
  }
}

TEST(NegotiationCommandTest, AfterThePeriodItIsMissed) {
  Net net({.seed = 1, .nodes = 2});
  net.RunFor(Minutes(61));
  net.Vote(PeerId{0});
  ASSERT_EQ(net.All<VoteEnded>().size(), 1u);
  EXPECT_EQ(net.All<VoteEnded>()[0].second.end, VoteEnd::kMissed);
}

TEST(NegotiationCommandTest, ASecondVoteInAnElectionIsRefused) {
  Net net({.seed = 1, .nodes = 2});
  for (int i = 0; i < 2; ++i) {
    net.Run(PeerId{0}, [&](VotingNode& node, const Moment& moment) {
      node.Vote(moment, VoteOf(PeerId{0}, net.terms()));
    });
  }
  EXPECT_EQ(net.All<VoteStarted>().size(), 1u);
  ASSERT_EQ(net.All<NegotiationRefused>().size(), 1u);
  EXPECT_EQ(net.All<NegotiationRefused>()[0].second.reason, NegotiationReject::kDuplicate);
}

TEST(NegotiationCommandTest, ASlotThatIsNotToBeHadEndsTheVote) {
  Net::Base::Options options{.seed = 1, .nodes = 2};
  options.config.negotiation.reserve = true;
  Net net(options);
  net.VoteAll();
  net.RunFor(Seconds(1));
  const auto wanted = net.All<ReservationWanted>();
  ASSERT_EQ(wanted.size(), 2u);
  for (const auto& [peer, wants] : wanted) {
    const ReservedCommand answer{
        .template_cid = wants.template_cid, .ticket = wants.ticket, .granted = peer == PeerId{0}};
    net.Run(peer, [&](VotingNode& node, const Moment& moment) {
      node.negotiation.OnCommand({moment, node.matchmaking}, answer);
    });
  }
  ASSERT_EQ(net.All<VoteEnded>().size(), 1u);
  EXPECT_EQ(net.All<VoteEnded>()[0].first, PeerId{1});
  EXPECT_EQ(net.All<VoteEnded>()[0].second.end, VoteEnd::kRefused);
  EXPECT_EQ(net.All<TopicJoined>().size(), 1u);
}

}  // namespace
}  // namespace core
