// Two contrary votes of one member: proven, told to all members, and held against it (1.4.4).
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

class DoubleVotesTest : public testing::Test {
 protected:
  // Plays a put up to the moment when all votes are on their way to the coordinator.
  void PlayToTheVotes() {
    net.Command(client, PutCommand{.request = 1, .block = block, .base_revision = 0, .value = {1}});
    net.DeliverWhile([](const Packet& packet) { return packet.As<TxPromise>() == nullptr; });
    ASSERT_FALSE(net.wire().empty());
    record = net.wire().front().As<TxPromise>()->record;
    net.DeliverWhile([](const Packet& packet) { return packet.As<TxVote>() == nullptr; });
    const auto own = std::find_if(net.wire().begin(), net.wire().end(), [this](const Packet& p) {
      return p.from == liar && p.As<TxVote>() != nullptr;
    });
    ASSERT_NE(own, net.wire().end());
    tx = own->As<TxVote>()->tx;
    first = own->As<TxVote>()->vote;
    net.DeliverAt(static_cast<size_t>(own - net.wire().begin()));
  }

  // A vote of the member's, with its signature.
  [[nodiscard]] Vote Signed(PeerId member, const TxRecord& on, VoteKind kind) {
    Vote vote{.member = IndexOf(on.members, net.identities().NodeIdOf(member)).value(),
              .kind = kind,
              .reason = kind == VoteKind::kReject ? RejectReason::kStale : RejectReason::kNone,
              .winner = {},
              .signature = {}};
    net.Run(member, [&](Transactions&, const TxMoment& moment) {
      SignVote(moment, HashOf(moment, on), vote);
    });
    return vote;
  }

  // Another vote of the liar's.
  [[nodiscard]] Vote Contrary() { return Signed(liar, record, VoteKind::kReject); }

  [[nodiscard]] Certificate Made(const TxRecord& on, std::span<const PeerId> by, bool committed) {
    Certificate made{.record = on, .committed = committed, .votes = {}, .acks = {}};
    for (const PeerId member : by) {
      made.votes.push_back(Signed(member, on, committed ? VoteKind::kApprove : VoteKind::kReject));
    }
    std::sort(made.votes.begin(), made.votes.end(),
              [](const Vote& a, const Vote& b) { return a.member < b.member; });
    return made;
  }

  // Two of four refuse what all have approved.
  [[nodiscard]] Certificate Abort() { return Made(record, std::span(members).last(2), false); }

  void Tell(PeerId from, PeerId to, Body body) {
    net.Send(from, to, std::move(body));
    net.DeliverAt(net.wire().size() - 1);
  }

  [[nodiscard]] std::set<PeerId> Convinced() const { return ConvincedOf(liar); }

  [[nodiscard]] std::set<PeerId> ConvincedOf(PeerId of) const {
    std::set<PeerId> convinced;
    for (const auto& [peer, proof] : net.All<DoubleVoteProven>()) {
      if (proof.member == of) convinced.insert(peer);
    }
    return convinced;
  }

  [[nodiscard]] DoubleVote Proof() {
    return {.first = Made(record, std::span(&liar, 1), true),
            .second = Made(record, std::span(&liar, 1), false)};
  }

  [[nodiscard]] size_t Offences(PeerId peer, Offence offence) const {
    return static_cast<size_t>(
        std::count(net.offences().begin(), net.offences().end(), std::pair(peer, offence)));
  }

  TransactionsNet net{{.seed = 7, .nodes = 7, .cluster = 4, .config = {}}};
  BlockId block = TestBlock(1);
  std::vector<PeerId> members = net.ClusterOf(block, 4);
  PeerId coordinator = members[0];
  PeerId liar = members[3];
  PeerId client = net.ClusterOf(block, 7)[6];
  TxRecord record;
  Key256 tx;
  Vote first;
};

TEST_F(DoubleVotesTest, TheCoordinatorProvesItAndAllMembersHearOfIt) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(Seconds(2));
  const std::set<PeerId> honest(members.begin(), members.begin() + 3);
  const std::set<PeerId> convinced = Convinced();
  EXPECT_TRUE(std::includes(convinced.begin(), convinced.end(), honest.begin(), honest.end()));
  EXPECT_GE(Offences(liar, Offence::kDoubleVote), honest.size());
  // The write itself goes on: the first vote counts.
  EXPECT_EQ(net.Finished(client, 1)->outcome, CallOutcome::kCommitted);
}

TEST_F(DoubleVotesTest, TheSameVoteAgainProvesNothing) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = first});
  net.RunFor(Seconds(2));
  EXPECT_TRUE(Convinced().empty());
}

TEST_F(DoubleVotesTest, AVoteThatTheMemberDidNotSignProvesNothing) {
  PlayToTheVotes();
  Vote forged = Contrary();
  forged.signature[0] ^= 1;
  Tell(client, coordinator, TxVote{.tx = tx, .vote = forged});
  net.RunFor(Seconds(2));
  EXPECT_TRUE(Convinced().empty());
}

TEST_F(DoubleVotesTest, AnAbortThatMeetsItsCommitProvesWhoMadeBoth) {
  PlayToTheVotes();
  net.DeliverWhile([](const Packet& packet) { return packet.As<TxCommit>() == nullptr; });
  Tell(liar, members[1], TxOutcome{.certificate = Abort(), .value = {}});
  EXPECT_TRUE(Convinced().empty());
  net.RunFor(Seconds(2));
  EXPECT_EQ(Convinced().size(), net.ClusterOf(block, 7).size());
  EXPECT_TRUE(ConvincedOf(members[0]).empty());
  EXPECT_TRUE(ConvincedOf(members[1]).empty());
}

TEST_F(DoubleVotesTest, AVoteThatComesBehindTheDecisionIsHeldAgainstIt) {
  PlayToTheVotes();
  net.RunFor(Seconds(2));
  const Certificate* outcome = net.at(members[1]).voter().OutcomeOf(tx);
  ASSERT_NE(outcome, nullptr);
  const bool counted =
      std::any_of(outcome->votes.begin(), outcome->votes.end(),
                  [this](const Vote& vote) { return vote.member == first.member; });
  ASSERT_TRUE(counted);
  Tell(liar, members[1], TxVote{.tx = tx, .vote = Contrary()});
  EXPECT_EQ(Convinced(), std::set<PeerId>{members[1]});
}

TEST_F(DoubleVotesTest, WhoMayMeetTheLiarElsewhereHearsOfItOnce) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(Seconds(2));
  EXPECT_EQ(Convinced().size(), net.ClusterOf(block, 7).size());
  EXPECT_EQ(net.All<DoubleVoteProven>().size(), Convinced().size());
}

TEST_F(DoubleVotesTest, ANewProofIsNewsWhenTheLastOneIsOld) {
  PlayToTheVotes();
  const DoubleVote proof = Proof();
  Tell(client, coordinator, proof);
  net.RunFor(Seconds(2));
  const size_t once = net.All<DoubleVoteProven>().size();
  ASSERT_GT(once, 0u);
  Tell(client, coordinator, proof);
  net.RunFor(Seconds(2));
  EXPECT_EQ(net.All<DoubleVoteProven>().size(), once);
  net.RunFor(TransactionsConfig().decided_keep);
  Tell(client, coordinator, proof);
  net.RunFor(Seconds(2));
  EXPECT_EQ(net.All<DoubleVoteProven>().size(), 2 * once);
}

// ---- who was not there ----

TEST_F(DoubleVotesTest, ARestartForgetsNoLiar) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(Seconds(2));
  const size_t before = Offences(liar, Offence::kDoubleVote);
  const size_t proofs = net.All<DoubleVoteProven>().size();
  net.Crash(members[1], 100);
  net.Restart(members[1]);
  EXPECT_EQ(Offences(liar, Offence::kDoubleVote), before + 1);
  Tell(client, members[1], Proof());
  EXPECT_EQ(net.All<DoubleVoteProven>().size(), proofs) << "it is no news";
}

TEST_F(DoubleVotesTest, WhatHasBeenForgottenDoesNotComeBackWithARestart) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(TransactionsConfig().decided_keep + Minutes(2));
  const size_t before = Offences(liar, Offence::kDoubleVote);
  ASSERT_GT(before, 0u);
  net.Crash(members[1], 100);
  net.Restart(members[1]);
  EXPECT_EQ(Offences(liar, Offence::kDoubleVote), before);
}

TEST_F(DoubleVotesTest, WhoWasDownUntilItIsOldTakesItsRowAway) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(Seconds(2));
  ASSERT_EQ(net.RowCount(members[1], TxRowKind::kConviction), 1u);
  net.Crash(members[1], 100);
  net.RunFor(TransactionsConfig().decided_keep + Minutes(2));
  net.Restart(members[1]);
  net.RunFor(Seconds(2));
  EXPECT_EQ(net.RowCount(members[1], TxRowKind::kConviction), 0u);
}

// It missed the news and declares the liar, also after those who know have restarted.
class LateDoubleVotesTest : public DoubleVotesTest, public testing::WithParamInterface<bool> {};

TEST_P(LateDoubleVotesTest, WhoCountsOnALiarIsToldOfIt) {
  PlayToTheVotes();
  const PeerId late = members[1];
  net.Silence([late](const Packet& packet) {
    return packet.to == late && packet.As<DoubleVote>() != nullptr;
  });
  Tell(liar, coordinator, TxVote{.tx = tx, .vote = Contrary()});
  net.RunFor(Seconds(5));
  ASSERT_FALSE(Convinced().contains(late));
  ASSERT_TRUE(Convinced().contains(members[2]));
  net.Heal();
  if (GetParam()) {
    for (const PeerId knows : {members[0], members[2]}) {
      net.Crash(knows, 100);
      net.Restart(knows);
    }
  }
  Transaction next = record.transaction;
  next.id.bytes[0] ^= 1;
  next.base_revision = 1;
  next.base_hash = next.content_hash;
  next.expires_ms = net.now().us / 1000 + 20'000;
  net.Run(client, [&](Transactions&, const TxMoment& moment) { SignTransaction(moment, next); });
  net.Send(client, late, TxSubmit{.transaction = next, .value = {1}});
  net.RunFor(Seconds(2));
  EXPECT_TRUE(Convinced().contains(late));
}

INSTANTIATE_TEST_SUITE_P(All, LateDoubleVotesTest, testing::Bool(),
                         [](const auto& one) { return one.param ? "AfterARestart" : "AtOnce"; });

// A member that was shown the abort of the first was free to approve the second.
TEST_F(DoubleVotesTest, ApprovalsOfTwoCommitsForOneRevisionProveNothing) {
  PlayToTheVotes();
  TxRecord second = record;
  second.transaction.id.bytes[0] ^= 1;
  net.Run(client, [&](Transactions&, const TxMoment& moment) {
    SignTransaction(moment, second.transaction);
  });
  const std::span<const PeerId> three = std::span(members).first(3);
  Tell(client, members[1],
       DoubleVote{.first = Made(record, three, true), .second = Made(second, three, true)});
  net.RunFor(Seconds(2));
  EXPECT_TRUE(net.All<DoubleVoteProven>().empty());
}

// The liar's vote that the coordinator has leaves too few refusals; the certificate has them all.
TEST_F(DoubleVotesTest, ACertificateEndsTheRoundOfACoordinatorThatWasToldOtherwise) {
  PlayToTheVotes();
  Tell(liar, coordinator, TxOutcome{.certificate = Abort(), .value = {}});
  EXPECT_EQ(net.at(coordinator).coordinator().OpenRounds(), 0u);
  net.RunFor(Seconds(2));
  EXPECT_TRUE(Convinced().contains(coordinator));
}

}  // namespace
}  // namespace core
