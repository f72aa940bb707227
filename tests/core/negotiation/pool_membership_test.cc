#include "core/negotiation/pool_membership.h"

#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/negotiation/pools_net.h"

namespace core {
namespace {

constexpr PeerId kA{0};
constexpr PeerId kB{1};
constexpr PeerId kCoordinator{2};
constexpr PeerId kStranger{3};

// A pool of three, and a stranger.
class PoolMembershipTest : public testing::Test {
 protected:
  PoolMembershipTest() : net_(OptionsOf()) {}

  static PoolsNet::Options OptionsOf() {
    PoolsNet::Options options;
    options.nodes = 4;
    return options;
  }

  void Stand() {
    net_.OpenSeed(kA, kB, kCoordinator);
    net_.RunFor(Seconds(1));
    net_.ForgetSent();
  }

  void Say(PeerId from, PeerId to, Body body, uint64_t id = 5) {
    net_.Post({from, to, {.id = id, .sent_ms = net_.now().us / 1000, .body = std::move(body)}});
    net_.RunFor(Milliseconds(200));
  }

  [[nodiscard]] const PoolMembership* member(PeerId peer) {
    return net_.at(peer).pools.membership();
  }

  // The answers that the peer sent.
  template <typename Answer>
  [[nodiscard]] std::vector<Answer> SentBy(PeerId peer) const {
    std::vector<Answer> answers;
    for (const Packet& packet : net_.sent()) {
      if (packet.from == peer && packet.As<Answer>()) answers.push_back(*packet.As<Answer>());
    }
    return answers;
  }

  [[nodiscard]] PoolInform InformOf(PoolEvent event, uint32_t epoch, PeerId from) {
    PoolInform inform;
    inform.event = event;
    inform.pool = member(kA) != nullptr ? member(kA)->place().pool : Key256{};
    inform.epoch = epoch;
    inform.size = 3;
    inform.peer = from;
    return inform;
  }

  // What the coordinator would send.
  [[nodiscard]] BlockForm Form() {
    const Pool& pool = net_.at(kCoordinator).pools.coordination()->pool();
    BlockForm form{.pool = pool.id,
                   .epoch = pool.epoch,
                   .voters = pool.voters,
                   .votes = pool.votes,
                   .cid = {},
                   .deadline_ms = net_.now().us / 1000 + 10'000};
    Seal(form);
    return form;
  }

  void Seal(BlockForm& form) {
    form.cid = ListsHash(net_.context(), PoolsTemplate(), form.voters, form.votes);
  }

  [[nodiscard]] std::vector<PoolLeaving> Left(PeerId peer) const {
    std::vector<PoolLeaving> causes;
    for (const auto& [who, left] : net_.All<PoolLeft>()) {
      if (who == peer) causes.push_back(left.cause);
    }
    return causes;
  }

  PoolsNet net_;
};

TEST_F(PoolMembershipTest, WhoeverReadsTheSeedFormsAPoolAndNobodyElse) {
  net_.Run(kA, [&](PoolNode& node, const Moment& moment) {
    node.votes = true;
    node.voter.Renew(moment);
    node.voter.opener = kCoordinator;
  });
  Say(kStranger, kA, InformOf(PoolEvent::kFormed, 1, kStranger));
  EXPECT_EQ(member(kA), nullptr);
  ASSERT_EQ(SentBy<NegotiationRefusal>(kA).size(), 1u);
  EXPECT_EQ(SentBy<NegotiationRefusal>(kA)[0].reason, NegotiationReject::kDissolved);

  PoolInform two = InformOf(PoolEvent::kFormed, 1, kCoordinator);
  two.size = 2;
  Say(kCoordinator, kA, two);
  EXPECT_EQ(member(kA), nullptr);

  Say(kCoordinator, kA, InformOf(PoolEvent::kFormed, 1, kCoordinator));
  ASSERT_NE(member(kA), nullptr);
  EXPECT_EQ(SentBy<PoolAck>(kA).size(), 1u);
  EXPECT_EQ(net_.All<PoolJoined>().size(), 1u);
}

TEST_F(PoolMembershipTest, AMemberJoinsNoOtherPool) {
  Stand();
  net_.at(kA).voter.opener = kStranger;
  PoolInform other = InformOf(PoolEvent::kFormed, 9, kStranger);
  other.pool.bytes.fill(1);
  Say(kStranger, kA, other);
  EXPECT_EQ(member(kA)->place().coordinator, kCoordinator);
  EXPECT_EQ(SentBy<NegotiationRefusal>(kA).size(), 1u);
}

TEST_F(PoolMembershipTest, ThePoolIsTakenOverByTheWordOfItsCoordinatorAlone) {
  Stand();
  const PoolPlace before = member(kA)->place();
  PoolInform merged = InformOf(PoolEvent::kMerged, 2, kStranger);
  merged.former = before.pool;
  merged.pool.bytes.fill(1);
  merged.size = 6;
  Say(kStranger, kA, merged);
  EXPECT_EQ(member(kA)->place().pool, before.pool);
  EXPECT_TRUE(SentBy<PoolAck>(kA).empty());

  Say(kCoordinator, kA, merged);
  EXPECT_EQ(member(kA)->place().pool, merged.pool);
  EXPECT_EQ(member(kA)->place().coordinator, kStranger);
  EXPECT_EQ(SentBy<PoolAck>(kA).size(), 1u);
  EXPECT_EQ(Left(kA), std::vector{PoolLeaving::kMerged});

  // Its former coordinator may take it back, at a later epoch; a late copy does not lead away again.
  PoolInform back = InformOf(PoolEvent::kReverted, 3, kCoordinator);
  back.pool = before.pool;
  Say(kCoordinator, kA, back);
  EXPECT_EQ(member(kA)->place().pool, before.pool);
  EXPECT_EQ(member(kA)->place().epoch, 3u);
  Say(kCoordinator, kA, merged);
  EXPECT_EQ(member(kA)->place().pool, before.pool);
  EXPECT_EQ(net_.Check(), "");
}

TEST_F(PoolMembershipTest, OnceTheNewCoordinatorHasSpokenTheFormerOneHasNoSay) {
  Stand();
  const PoolPlace before = member(kA)->place();
  PoolInform merged = InformOf(PoolEvent::kMerged, 2, kStranger);
  merged.former = before.pool;
  merged.pool.bytes.fill(1);
  merged.size = 6;
  Say(kCoordinator, kA, merged);
  merged.former = {};
  Say(kStranger, kA, merged);
  PoolInform back = InformOf(PoolEvent::kReverted, 3, kCoordinator);
  back.pool = before.pool;
  Say(kCoordinator, kA, back);
  EXPECT_EQ(member(kA)->place().pool, merged.pool);
}

TEST_F(PoolMembershipTest, AnEarlierEpochChangesNothing) {
  Stand();
  Say(kCoordinator, kA, InformOf(PoolEvent::kReverted, 4, kCoordinator));
  EXPECT_EQ(member(kA)->place().epoch, 4u);
  Say(kCoordinator, kA, InformOf(PoolEvent::kDissolved, 3, kCoordinator));
  Say(kCoordinator, kA, InformOf(PoolEvent::kMerged, 2, kCoordinator));
  EXPECT_EQ(member(kA)->place().epoch, 4u);
  EXPECT_EQ(SentBy<PoolAck>(kA).size(), 1u);
}

TEST_F(PoolMembershipTest, AnImpossibleEpochIsAnOffence) {
  Stand();
  PoolInform inform = InformOf(PoolEvent::kMerged, 2, kCoordinator);
  inform.size = 33;
  Say(kCoordinator, kA, inform);
  ASSERT_EQ(net_.offences().size(), 1u);
  EXPECT_EQ(net_.offences()[0], std::pair(kCoordinator, Offence::kProtocolViolation));
  EXPECT_EQ(member(kA)->place().epoch, 1u);
}

TEST_F(PoolMembershipTest, ASilentCoordinatorFreesItsMembersAfterThreeIntervals) {
  Stand();
  const uint32_t attempts = net_.at(kA).voter.attempts;
  net_.Kill(kCoordinator);
  net_.RunFor(Seconds(44));
  EXPECT_NE(member(kA), nullptr);
  net_.RunFor(Seconds(2));
  EXPECT_EQ(member(kA), nullptr);
  EXPECT_EQ(Left(kA), std::vector{PoolLeaving::kSilence});
  EXPECT_EQ(net_.at(kA).voter.attempts, attempts + 1);
}

TEST_F(PoolMembershipTest, OnlyFormsOfTheOwnPoolAndEpochAreLookedAt) {
  Stand();
  BlockForm foreign = Form();
  foreign.pool.bytes.fill(1);
  BlockForm old = Form();
  old.epoch = 0;
  Say(kCoordinator, kA, foreign);
  Say(kCoordinator, kA, old);
  Say(kStranger, kA, Form());
  EXPECT_EQ(SentBy<NegotiationRefusal>(kA).size(), 3u);
  EXPECT_TRUE(SentBy<BlockSign>(kA).empty());
}

TEST_F(PoolMembershipTest, AMemberObjectsToListsThatAreNotRight) {
  Stand();
  const BlockForm good = Form();
  const auto sees = [&](const BlockForm& form, SignObjection objection) {
    net_.ForgetSent();
    Say(kCoordinator, kA, form);
    const std::vector<BlockSign> signs = SentBy<BlockSign>(kA);
    ASSERT_EQ(signs.size(), 1u);
    EXPECT_EQ(signs[0].objection, objection);
    EXPECT_EQ(signs[0].signature, BlockSignature{});
    ASSERT_NE(member(kA), nullptr);
    EXPECT_EQ(member(kA)->phase(), PoolMembership::Phase::kMember);
  };
  BlockForm late = good;
  late.deadline_ms = net_.at(kA).voter.terms.closes_ms + 1;
  sees(late, SignObjection::kLate);
  late.deadline_ms = net_.now().us / 1000 - 15'000;  // By any clock.
  sees(late, SignObjection::kLate);

  BlockForm altered = good;
  for (VoteRecord& vote : altered.votes) {
    if (vote.nonce == net_.at(kA).voter.own.vote.nonce) vote.sealed.push_back(1);
  }
  sees(altered, SignObjection::kCid);
  Seal(altered);
  sees(altered, SignObjection::kAltered);

  BlockForm large = good;
  for (uint8_t i = 0; i < 30; ++i) {
    Key256 key;
    key.bytes.fill(i);
    large.voters.push_back({.registrant = key.bytes, .sealed = {}});
    large.votes.push_back({.nonce = key, .sealed = {}});
  }
  Seal(large);
  sees(large, SignObjection::kSize);
  EXPECT_EQ(net_.All<SignRefused>().size(), 5u);
  EXPECT_TRUE(net_.All<BlockSignedBy>().empty());
}

TEST_F(PoolMembershipTest, OnlyOneListOfAnEpochIsSigned) {
  Stand();
  const BlockForm form = Form();
  Say(kCoordinator, kA, form);
  Say(kCoordinator, kA, form);
  EXPECT_EQ(SentBy<BlockSign>(kA).size(), 2u);
  BlockForm other = form;
  std::swap(other.votes[0], other.votes[1]);
  Seal(other);
  Say(kCoordinator, kA, other);
  EXPECT_EQ(SentBy<BlockSign>(kA).size(), 2u);
  EXPECT_EQ(net_.All<BlockSignedBy>().size(), 1u);
  EXPECT_EQ(net_.offences(),
            (std::vector<std::pair<PeerId, Offence>>{{kCoordinator, Offence::kProtocolViolation}}));
}

TEST_F(PoolMembershipTest, WhoHasSignedStaysBoundUntilItsTicketEnds) {
  net_.config().negotiation.ticket_life = Minutes(20);
  Stand();
  net_.Lose([](const Packet& packet) { return packet.As<BlockSigned>() && packet.to == kA; });
  net_.RunFor(Seconds(515));  // Past the last moment at which a pool may form.
  ASSERT_NE(member(kA), nullptr);
  EXPECT_EQ(member(kA)->phase(), PoolMembership::Phase::kSigned);
  EXPECT_TRUE(net_.at(kB).done);
  net_.Kill(kCoordinator);
  net_.RunFor(Minutes(10));
  EXPECT_NE(member(kA), nullptr);
  net_.RunFor(Minutes(10));
  EXPECT_EQ(member(kA), nullptr);
  EXPECT_EQ(Left(kA), std::vector{PoolLeaving::kSilence});
}

TEST_F(PoolMembershipTest, SignaturesThatWereLostAreAskedFor) {
  Stand();
  size_t lost = 0;
  net_.Lose([&lost](const Packet& packet) {
    return packet.As<BlockSigned>() && packet.to == kA && ++lost <= 2;
  });
  net_.RunFor(Seconds(560));
  EXPECT_EQ(lost, 3u);
  EXPECT_TRUE(net_.at(kA).done);
  EXPECT_EQ(net_.Check(), "");
  EXPECT_EQ(net_.rules().blocks_told(), 3u);
}

TEST_F(PoolMembershipTest, ASignatureThatIsNoneMakesNoBlock) {
  Stand();
  std::optional<Packet> forged;
  net_.Lose([&forged](const Packet& packet) {
    const auto* block = packet.As<BlockSigned>();
    if (block == nullptr || packet.to != kA || forged.has_value()) return false;
    forged = packet;
    std::get<BlockSigned>(forged->message.body).signatures[1].signature[0] ^= 1;
    return true;
  });
  while (!forged.has_value()) net_.RunFor(Milliseconds(50));
  net_.Post(*forged);
  net_.RunFor(Milliseconds(200));
  EXPECT_FALSE(net_.at(kA).done);
  EXPECT_EQ(net_.offences(),
            (std::vector<std::pair<PeerId, Offence>>{{kCoordinator, Offence::kBadSignature}}));
  net_.RunFor(Seconds(30));
  EXPECT_TRUE(net_.at(kA).done);
}

TEST_F(PoolMembershipTest, NobodyIsHeldBeyondThePeriod) {
  Stand();
  net_.at(kA).voter.terms.closes_ms = net_.now().us / 1000 + 5'000;
  Say(kCoordinator, kA, InformOf(PoolEvent::kFormed, 1, kCoordinator));
  net_.RunFor(Seconds(6));
  EXPECT_EQ(member(kA), nullptr);
  EXPECT_TRUE(net_.offences().empty());
}

}  // namespace
}  // namespace core
