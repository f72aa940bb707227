// One block: what a client is told, and what the members do. Rules of 1.4.4 to 1.4.6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

class SingleBlockTest : public testing::Test {
 protected:
  static CallFinished Doubt() {
    CallFinished finished;
    finished.outcome = CallOutcome::kInDoubt;
    return finished;
  }

  CallFinished Put(PeerId client, uint64_t base, uint8_t value) {
    const uint64_t request = ++requests;
    net.Command(
        client,
        PutCommand{
            .request = request, .block = block, .base_revision = base, .value = TestValue(value)});
    net.RunFor(Seconds(2));
    return net.Finished(client, request).value_or(Doubt());
  }

  CallFinished Get(PeerId client, uint64_t revision = 0) {
    const uint64_t request = ++requests;
    net.Command(client, GetCommand{.request = request, .block = block, .revision = revision});
    net.RunFor(Seconds(2));
    return net.Finished(client, request).value_or(CallFinished{});
  }

  CallFinished Delete(PeerId client, uint64_t base) {
    const uint64_t request = ++requests;
    net.Command(client, DeleteCommand{.request = request, .block = block, .base_revision = base});
    net.RunFor(Seconds(2));
    return net.Finished(client, request).value_or(Doubt());
  }

  TransactionsNet net{{.seed = 5, .nodes = 7, .cluster = 4, .config = {}}};
  BlockId block = TestBlock(1);
  PeerId a{0};
  PeerId b{1};
  uint64_t requests = 0;
};

TEST_F(SingleBlockTest, APutIsCommittedAndReadBack) {
  const CallFinished put = Put(a, 0, 'x');
  EXPECT_EQ(put.outcome, CallOutcome::kCommitted) << net.rules().Report();
  EXPECT_EQ(put.revision, 1u);
  const CallFinished got = Get(b);
  EXPECT_EQ(got.outcome, CallOutcome::kFound);
  EXPECT_EQ(got.revision, 1u);
  EXPECT_EQ(got.hash, put.hash);
  const auto read = net.All<BlockRead>();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_THAT(read[0].second.value, testing::ElementsAreArray(TestValue('x')));
  // All four members hold it.
  EXPECT_EQ(net.All<RevisionApplied>().size(), 4u);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

TEST_F(SingleBlockTest, WhatAllMembersAreToldIsOneMessage) {
  const std::vector<PeerId> all = {a, b, PeerId{2}, PeerId{3}};
  net.Run(a, [&](Transactions&, const TxMoment& moment) {
    std::vector<Member> members = MembersOf(moment, all);
    Member stranger = members[0];
    stranger.id.FlipBit(255);
    members.push_back(stranger);
    moment.mail.PostToAll(moment, members, TxRefusal{.tx = {}, .reason = RejectReason::kBusy});
    ASSERT_EQ(moment.effects.sends().size(), 1u);
    EXPECT_THAT(moment.effects.sends()[0].to,
                testing::UnorderedElementsAre(b, PeerId{2}, PeerId{3}));
    const std::optional<Message> own = moment.mail.TakeOwn();
    ASSERT_TRUE(own.has_value());
    EXPECT_TRUE(own->body == moment.effects.sends()[0].message.body);
    EXPECT_FALSE(moment.mail.TakeOwn().has_value());
  });
}

TEST_F(SingleBlockTest, ABlockThatWasNeverWrittenIsFoundAtRevisionZero) {
  const CallFinished got = Get(a);
  EXPECT_EQ(got.outcome, CallOutcome::kFound);
  EXPECT_EQ(got.revision, 0u);
}

TEST_F(SingleBlockTest, AStaleBaseIsRefusedWithTheLatest) {
  EXPECT_EQ(Put(a, 0, 'x').outcome, CallOutcome::kCommitted);
  const CallFinished stale = Put(b, 0, 'y');
  EXPECT_EQ(stale.outcome, CallOutcome::kStale);
  EXPECT_EQ(stale.revision, 1u);
  EXPECT_EQ(Put(b, 1, 'y').outcome, CallOutcome::kCommitted);
}

TEST_F(SingleBlockTest, TheSameWriteAgainIsTheSameRevision) {
  EXPECT_EQ(Put(a, 0, 'x').revision, 1u);
  const CallFinished again = Put(a, 0, 'x');
  EXPECT_EQ(again.outcome, CallOutcome::kCommitted);
  EXPECT_EQ(again.revision, 1u);
  EXPECT_EQ(Get(b).revision, 1u);
}

// A base of 0, or what the client saw last, needs no question; another's write does.
TEST_F(SingleBlockTest, AKnownBaseIsNotAskedFor) {
  size_t reads = 0;
  net.Silence([&](const Packet& packet) {
    reads += std::holds_alternative<BlockGet>(packet.message.body) ? 1 : 0;
    return false;
  });
  EXPECT_EQ(Put(a, 0, 'x').revision, 1u);
  EXPECT_EQ(Put(a, 1, 'y').revision, 2u);
  EXPECT_EQ(Delete(a, 2).revision, 3u);
  EXPECT_EQ(Put(a, 3, 'z').revision, 4u);
  EXPECT_EQ(reads, 0u);
  EXPECT_EQ(Put(b, 4, 'b').revision, 5u);
  EXPECT_GT(reads, 0u);
  reads = 0;
  EXPECT_EQ(Put(b, 5, 'c').revision, 6u);
  EXPECT_EQ(reads, 0u);
  // What a saw last is not the latest any more, and its question says so.
  const CallFinished stale = Put(a, 4, 'a');
  EXPECT_EQ(stale.outcome, CallOutcome::kStale);
  EXPECT_EQ(stale.revision, 6u);
  EXPECT_GT(reads, 0u);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

TEST_F(SingleBlockTest, ADeletedBlockComesBackByAPutOnly) {
  EXPECT_EQ(Put(a, 0, 'x').outcome, CallOutcome::kCommitted);
  const CallFinished erased = Delete(a, 1);
  EXPECT_EQ(erased.outcome, CallOutcome::kCommitted);
  EXPECT_EQ(erased.revision, 2u);
  EXPECT_TRUE(Get(b).deleted);
  EXPECT_EQ(Delete(b, 2).outcome, CallOutcome::kRejected);
  EXPECT_EQ(Put(b, 2, 'z').revision, 3u);
  EXPECT_FALSE(Get(a).deleted);
}

TEST_F(SingleBlockTest, APastRevisionIsReadAsItWas) {
  for (uint8_t i = 0; i < 5; ++i) {
    EXPECT_EQ(Put(a, i, static_cast<uint8_t>('a' + i)).outcome, CallOutcome::kCommitted);
  }
  const CallFinished got = Get(b, 2);
  EXPECT_EQ(got.revision, 2u);
  EXPECT_THAT(net.All<BlockRead>().back().second.value, testing::ElementsAreArray(TestValue('b')));
}

// TX-12: two round trips and the answer, when nobody else wants the block.
TEST_F(SingleBlockTest, WithoutContentionOneAttemptSuffices) {
  for (uint64_t i = 0; i < 10; ++i) {
    const CallFinished put = Put(i % 2 == 0 ? a : b, i, static_cast<uint8_t>(i));
    EXPECT_EQ(put.outcome, CallOutcome::kCommitted);
    EXPECT_EQ(put.attempts, 1);
  }
  EXPECT_EQ(net.rules().resolutions(), 0u);
}

TEST_F(SingleBlockTest, OneSilentMemberHoldsNobodyUp) {
  const PeerId silent = net.ClusterOf(block, 4)[3];
  net.Silence([silent](const Packet& packet) { return packet.to == silent; });
  EXPECT_EQ(Put(a == silent ? b : a, 0, 'x').outcome, CallOutcome::kCommitted);
  net.Calm(Minutes(1));
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

TEST_F(SingleBlockTest, TwoSilentMembersOfFourStopEverything) {
  const auto cluster = net.ClusterOf(block, 4);
  const PeerId client = net.ClusterOf(block, 7)[6];
  net.Silence([&](const Packet& p) { return p.to == cluster[2] || p.to == cluster[3]; });
  net.Command(client, PutCommand{.request = 99, .block = block, .base_revision = 0, .value = {1}});
  net.RunFor(Minutes(2));
  ASSERT_TRUE(net.Finished(client, 99).has_value());
  EXPECT_NE(net.Finished(client, 99)->outcome, CallOutcome::kCommitted);
  EXPECT_TRUE(net.All<RevisionApplied>().empty());
  net.Calm(Minutes(2));
  EXPECT_EQ(net.rules().locks(), 0u);
}

TEST_F(SingleBlockTest, WritersThatMeetAllGetTheirTurn) {
  for (uint32_t i = 0; i < 5; ++i) {
    net.Command(PeerId{i}, PutCommand{.request = 50 + i,
                                      .block = block,
                                      .base_revision = 0,
                                      .value = TestValue(static_cast<uint8_t>(i))});
  }
  net.RunFor(Minutes(1));
  size_t committed = 0;
  for (uint32_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(net.Finished(PeerId{i}, 50 + i).has_value());
    const CallOutcome outcome = net.Finished(PeerId{i}, 50 + i)->outcome;
    committed += outcome == CallOutcome::kCommitted ? 1 : 0;
    EXPECT_TRUE(outcome == CallOutcome::kCommitted || outcome == CallOutcome::kStale);
  }
  EXPECT_EQ(committed, 1u);
  net.rules().JudgeCalls();
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// 1.4.5, 7: whatever the coordinator had promised or committed is finished after its restart.
TEST_F(SingleBlockTest, ACoordinatorThatCrashesIsFinishedByTheMembers) {
  const auto cluster = net.ClusterOf(block, 4);
  const PeerId client = net.ClusterOf(block, 7)[6];
  net.Command(client, PutCommand{.request = 7, .block = block, .base_revision = 0, .value = {1}});
  // Everything but the commit arrives; then the coordinator is gone.
  net.DeliverWhile([](const Packet& p) { return p.As<TxCommit>() == nullptr; });
  PeerId coordinator = kNoPeer;
  for (const auto& [peer, made] : net.All<CertificateMade>()) coordinator = peer;
  ASSERT_NE(coordinator, kNoPeer);
  net.Crash(coordinator, 100);
  net.wire().clear();
  net.RunFor(Minutes(2));
  net.Calm(Minutes(2));
  EXPECT_EQ(net.rules().locks(), 0u);
  ASSERT_TRUE(net.Finished(client, 7).has_value());
  net.rules().JudgeCalls();
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
  EXPECT_EQ(net.All<RevisionApplied>().size(), 4u);
}

TEST_F(SingleBlockTest, AForgedTransactionChangesNothing) {
  Transaction forged;
  forged.block = block;
  forged.expires_ms = net.now().us / 1000 + 1000;
  const PeerId member = net.ClusterOf(block, 4)[0];
  net.Send(a == member ? b : a, member, TxSubmit{.transaction = forged, .value = {}});
  net.RunFor(Seconds(2));
  EXPECT_TRUE(net.All<VoteCast>().empty());
  ASSERT_FALSE(net.offences().empty());
  EXPECT_EQ(net.offences()[0].second, Offence::kBadSignature);
}

// A member that missed how its transaction ended and was overtaken by the block holds no lock for it,
// after a restart neither: schedules 20080, 25408, 30560 and 34653 came back with two.
TEST_F(SingleBlockTest, AMootLockDoesNotComeBackAfterARestart) {
  const PeerId member = net.ClusterOf(block, 4)[3];
  net.Silence([&](const Packet& packet) {  // Of the ends it hears the second one's only.
    const auto* commit = packet.As<TxCommit>();
    const auto* outcome = packet.As<TxOutcome>();
    const bool hidden =
        (commit != nullptr && commit->record.transaction.base_revision != 1) ||
        (outcome != nullptr && outcome->certificate.record.transaction.base_revision != 1);
    return hidden && packet.to == member;
  });
  EXPECT_EQ(Put(a, 0, 'x').outcome, CallOutcome::kCommitted);
  EXPECT_EQ(net.at(member).voter().LocksOn(block).size(), 1u);
  EXPECT_EQ(Put(b, 1, 'y').outcome, CallOutcome::kCommitted);
  EXPECT_EQ(net.at(member).voter().LocksOn(block).size(), 0u);
  EXPECT_EQ(net.at(member).voter().repository().TipOf(block).revision, 2u);
  EXPECT_EQ(Put(a, 2, 'z').outcome, CallOutcome::kCommitted);
  net.Crash(member, 0);
  net.Restart(member);
  EXPECT_EQ(net.at(member).voter().LocksOn(block).size(), 1u);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
  net.Calm(Minutes(2));
  EXPECT_EQ(net.rules().locks(), 0u);
}

// The coordinator alone has applied the write, and all that the client hears is its status: before it
// calls the write committed it carries it to a majority (random_fault_soak with seed 4, TX-4).
TEST_F(SingleBlockTest, AWriteLearnedFromOneMemberIsCarriedToAMajorityFirst) {
  const PeerId client = net.ClusterOf(block, 7)[6];
  const PeerId coordinator = net.ClusterOf(block, 1)[0];
  net.Silence([&](const Packet& packet) {
    return packet.from == coordinator &&
           (packet.As<TxCommit>() != nullptr || packet.As<TxOutcome>() != nullptr);
  });
  net.Command(client, PutCommand{.request = 1, .block = block, .base_revision = 0, .value = {1}});
  net.RunFor(Seconds(15));
  size_t applied = 0;
  for (const auto& [peer, fact] : net.facts()) {
    applied += std::holds_alternative<RevisionApplied>(fact) ? 1 : 0;
    const auto* finished = std::get_if<CallFinished>(&fact);
    if (finished == nullptr) continue;
    EXPECT_EQ(finished->outcome, CallOutcome::kCommitted);
    EXPECT_GE(applied, 3u);
  }
  EXPECT_TRUE(net.Finished(client, 1).has_value());
}

}  // namespace
}  // namespace core
