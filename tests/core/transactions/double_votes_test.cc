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
    net.DeliverWhile([](const Packet& packet) { return packet.As<TxVote>() == nullptr; });
    const auto own = std::find_if(net.wire().begin(), net.wire().end(), [this](const Packet& p) {
      return p.from == liar && p.As<TxVote>() != nullptr;
    });
    ASSERT_NE(own, net.wire().end());
    tx = own->As<TxVote>()->tx;
    first = own->As<TxVote>()->vote;
    net.DeliverAt(static_cast<size_t>(own - net.wire().begin()));
  }

  // Another vote of the liar's, with its signature.
  [[nodiscard]] Vote Contrary() {
    Vote vote{.member = first.member,
              .kind = VoteKind::kReject,
              .reason = RejectReason::kStale,
              .winner = {},
              .signature = {}};
    net.Run(liar, [&](Transactions&, const TxMoment& moment) { SignVote(moment, tx, vote); });
    return vote;
  }

  void Tell(PeerId from, PeerId to, Body body) {
    net.Send(from, to, std::move(body));
    net.DeliverAt(net.wire().size() - 1);
  }

  [[nodiscard]] std::set<PeerId> Convinced() const {
    std::set<PeerId> convinced;
    for (const auto& [peer, proof] : net.All<DoubleVoteProven>()) {
      if (proof.member == liar) convinced.insert(peer);
    }
    return convinced;
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

}  // namespace
}  // namespace core
