// U1 to U5 of 1.4.9: schedules that break the reference implementation's rules. The same schedule is
// played under both sets of rules, which are configuration of one code: upstream's must lose or fork,
// ours must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

class ProfilesTest : public testing::TestWithParam<bool> {
 protected:
  ProfilesTest()
      : net({.seed = 11,
             .nodes = 7,
             .cluster = 4,
             .config = GetParam() ? UpstreamProfile() : TransactionsConfig{}}),
        cluster(net.ClusterOf(block, 4)),
        a(net.ClusterOf(block, 7)[5]),
        b(net.ClusterOf(block, 7)[6]) {}

  [[nodiscard]] bool upstream() const { return GetParam(); }

  void Put(PeerId client, uint64_t request, uint8_t value) {
    net.Command(
        client,
        PutCommand{
            .request = request, .block = block, .base_revision = 0, .value = TestValue(value)});
  }

  void Transact(PeerId client, uint64_t request, uint8_t value) {
    TransactCommand transact{.request = request, .writes = {}, .tail = block};
    transact.writes.push_back(
        {.block = block, .base_revision = 0, .erase = false, .value = TestValue(value)});
    net.Command(client, transact);
  }

  // Of client a, for the cluster.
  TxRecord MakeRecord(uint8_t id, uint8_t priority) {
    TxRecord record;
    net.Run(a, [&](Transactions&, const TxMoment& moment) {
      Transaction& transaction = record.transaction;
      transaction.id.bytes.fill(id);
      transaction.block = block;
      transaction.content_hash = ContentHash(moment.suite(), TestValue(id));
      transaction.expires_ms = moment.now_ms() + 20'000;
      transaction.priority = priority;
      transaction.client = moment.context.directory->PublicKeyOf(a);
      SignTransaction(moment, transaction);
      record.members = MembersOf(moment, cluster);
    });
    return record;
  }

  Key256 TxOf(const TxRecord& record) {
    Key256 tx;
    net.Run(a, [&](Transactions&, const TxMoment& moment) { tx = HashOf(moment, record); });
    return tx;
  }

  // What the members signed, as a liar's mailbox has it.
  std::vector<Vote> ApprovalsOf(const TxRecord& record) {
    const Key256 tx = TxOf(record);
    VoteTally tally(net.context().config->transactions, cluster.size());
    for (const auto& [peer, cast] : net.All<VoteCast>()) {
      if (cast.tx != tx || cast.kind != VoteKind::kApprove) continue;
      Vote vote{.member = 0, .kind = cast.kind, .reason = {}, .winner = {}, .signature = {}};
      net.Run(peer, [&](Transactions&, const TxMoment& moment) {
        vote.member = *IndexOf(record.members, moment.self_id());
        SignVote(moment, tx, vote);  // The very signature that was sent: signing is a function.
      });
      tally.AddOwn(vote);
    }
    return tally.Votes(true);
  }

  std::vector<CommitAck> AcksOf(const TxRecord& record) {
    const Key256 tx = TxOf(record);
    std::vector<CommitAck> acks;
    for (const Packet& packet : net.wire()) {
      const auto* ack = packet.As<TxCommitAck>();
      if (ack != nullptr && ack->tx == tx) acks.push_back(ack->ack);
    }
    std::sort(acks.begin(), acks.end(),
              [](const CommitAck& x, const CommitAck& y) { return x.member < y.member; });
    return acks;
  }

  static bool SubmitsCommitOf(const Packet& packet, PeerId client) {
    const auto* submit = packet.As<TxSubmit>();
    return submit != nullptr && packet.from == client &&
           submit->transaction.action == TxAction::kCommit;
  }

  [[nodiscard]] CallOutcome OutcomeOf(PeerId client, uint64_t request) const {
    const auto finished = net.Finished(client, request);
    return finished.has_value() ? finished->outcome : CallOutcome::kInDoubt;
  }

  // Under upstream's rules the rule must be violated, under ours nothing.
  void ExpectViolationOnlyUpstream(const std::string& rule) {
    net.rules().JudgeCalls();
    if (upstream()) {
      EXPECT_GT(net.rules().CountOf(rule), 0u) << net.rules().Report();
    } else {
      EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
    }
  }

  BlockId block = TestBlock(9);
  TransactionsNet net;
  std::vector<PeerId> cluster;
  PeerId a;
  PeerId b;
};

// U1: both pend, then both commit, one after the other. Upstream tells both that they have written.
TEST_P(ProfilesTest, TwoPendsBeforeEitherCommit) {
  const auto before_commits = [&](const Packet& p) {
    return !SubmitsCommitOf(p, a) && !SubmitsCommitOf(p, b);
  };
  Transact(a, 1, 'a');
  net.DeliverWhile(before_commits);
  Transact(b, 2, 'b');
  net.DeliverWhile(before_commits);
  net.DeliverWhile([&](const Packet& p) { return !SubmitsCommitOf(p, b); });
  net.RunFor(Minutes(1));
  ExpectViolationOnlyUpstream("BR-3");
  if (upstream()) {
    EXPECT_EQ(OutcomeOf(a, 1), CallOutcome::kCommitted);
    EXPECT_EQ(OutcomeOf(b, 2), CallOutcome::kCommitted);
  } else {
    EXPECT_EQ(OutcomeOf(a, 1), CallOutcome::kCommitted);
    EXPECT_EQ(OutcomeOf(b, 2), CallOutcome::kStale);
  }
}

// U2: the second writer runs as a whole while the first stands between pend and commit.
TEST_P(ProfilesTest, AWholeWriteBetweenPendAndCommit) {
  const auto a_waits = [&](const Packet& p) { return !SubmitsCommitOf(p, a); };
  Transact(a, 1, 'a');
  net.DeliverWhile(a_waits);
  Transact(b, 2, 'b');
  net.DeliverWhile(a_waits);
  net.RunFor(Minutes(1));
  ExpectViolationOnlyUpstream("BR-3");
}

// U3: one silent member; the second writer comes when the reservations of the first have timed out.
TEST_P(ProfilesTest, AReservationThatOutlivesNobodysPatience) {
  const PeerId silent = cluster[3];
  net.Silence([silent](const Packet& packet) { return packet.to == silent; });
  Put(a, 1, 'a');
  net.DeliverAll();
  net.Pass(Milliseconds(2200));
  Put(b, 2, 'b');
  net.DeliverAll();
  // The first transaction's outcome reaches its own coordinator only; the other members hear the
  // second's before it.
  const auto first_outcome = [&](const Packet& p) {
    const auto* outcome = p.As<TxOutcome>();
    return outcome != nullptr &&
           outcome->certificate.record.transaction.client == net.identities().PublicKeyOf(a);
  };
  for (int i = 0; i < 100; ++i) {
    net.Pass(Milliseconds(200));
    net.DeliverWhile([&](const Packet& p) { return !first_outcome(p); });
  }
  net.DeliverAll();
  net.Calm(Minutes(2));
  ExpectViolationOnlyUpstream("BR-2");
  if (upstream()) {
    EXPECT_GT(net.rules().CountOf("TX-1"), 0u);
  }
}

// U4: the coordinator shows the end to nobody but itself and is gone; somebody else writes.
TEST_P(ProfilesTest, ACoordinatorThatCrashesAfterAPartialBroadcast) {
  Put(a, 1, 'a');
  // Up to the coordinator's own application of the commit.
  const auto shows = [&](const Packet& p) {
    return upstream() ? p.As<TxOutcome>() != nullptr
                      : p.As<TxCommit>() != nullptr || p.As<TxOutcome>() != nullptr;
  };
  net.DeliverWhile([&](const Packet& p) { return !shows(p) && p.As<TxResult>() == nullptr; });
  const auto applied = net.All<RevisionApplied>();
  ASSERT_EQ(applied.size(), 1u);
  const PeerId coordinator = applied[0].first;
  net.wire().clear();
  net.Crash(coordinator, 100);
  Put(b, 2, 'b');
  net.RunFor(Seconds(40));
  net.Calm(Minutes(2));
  ExpectViolationOnlyUpstream("BR-2");
}

// U5: a coordinator that collects one promise after the other, for two transactions at once.
TEST_P(ProfilesTest, AByzantineCoordinatorCollectsTwoCertificates) {
  const std::vector<TxRecord> records = {MakeRecord('1', 0), MakeRecord('2', limits::kPriorityMax)};
  std::vector<Certificate> certificates;
  for (const TxRecord& record : records) {
    Certificate certificate{.record = record, .committed = true, .votes = {}, .acks = {}};
    const uint8_t id = record.transaction.id.bytes[0];
    for (const PeerId member : cluster) {
      net.Send(b, member, TxPromise{.record = record, .value = TestValue(id)});
      net.DeliverWhile([&](const Packet& p) { return p.to != b; });
    }
    net.RunFor(Milliseconds(0));
    certificates.push_back(certificate);
  }
  for (size_t i = 0; i < records.size(); ++i) certificates[i].votes = ApprovalsOf(records[i]);
  const bool both = certificates[0].votes.size() >= 3 && certificates[1].votes.size() >= 3;
  EXPECT_EQ(both, upstream());
  // Both are shown, each to one half first.
  for (size_t i = 0; i < 2; ++i) {
    const uint8_t id = records[i].transaction.id.bytes[0];
    for (const PeerId member : cluster) {
      net.Send(
          b, member,
          TxCommit{.record = records[i], .votes = certificates[i].votes, .value = TestValue(id)});
    }
    net.DeliverWhile([&](const Packet& p) { return p.to != b; });
  }
  for (size_t i = 0; i < 2; ++i) {
    certificates[i].acks = AcksOf(records[i]);
    const uint8_t id = records[i].transaction.id.bytes[0];
    for (size_t half = 0; half < 2; ++half) {
      net.Send(b, cluster[2 * i + half],
               TxOutcome{.certificate = certificates[i], .value = TestValue(id)});
    }
  }
  net.DeliverWhile([&](const Packet& p) { return p.to != b; });
  net.Calm(Minutes(2));
  ExpectViolationOnlyUpstream("BR-2");
}

INSTANTIATE_TEST_SUITE_P(Rules, ProfilesTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& rules) {
                           return rules.param ? "upstream" : "strict";
                         });

// ---- several blocks ----

class MultiBlockTest : public testing::Test {
 protected:
  TransactCommand Both(uint64_t request, uint64_t base, uint8_t value) const {
    TransactCommand transact{.request = request, .writes = {}, .tail = tail};
    transact.writes.push_back(
        {.block = tail, .base_revision = base, .erase = false, .value = TestValue(value)});
    transact.writes.push_back(
        {.block = other, .base_revision = base, .erase = false, .value = TestValue(value)});
    return transact;
  }

  TransactionsNet net{{.seed = 3, .nodes = 12, .cluster = 4, .config = {}}};
  BlockId tail = TestBlock(1);
  BlockId other = TestBlock(2);
  PeerId client{0};
};

TEST_F(MultiBlockTest, AllBlocksAreWritten) {
  net.Command(client, Both(1, 0, 'x'));
  net.RunFor(Seconds(5));
  ASSERT_TRUE(net.Finished(client, 1).has_value());
  EXPECT_EQ(net.Finished(client, 1)->outcome, CallOutcome::kCommitted);
  EXPECT_TRUE(net.Finished(client, 1)->landed);
  net.Command(client, GetCommand{.request = 2, .block = other, .revision = 0});
  net.RunFor(Seconds(5));
  EXPECT_EQ(net.Finished(client, 2)->revision, 1u);
  EXPECT_THAT(net.All<BlockRead>().back().second.value, testing::ElementsAreArray(TestValue('x')));
  net.rules().JudgeCalls();
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// Whose client is cut off right after the tail's decision is told that it is committed, and that nobody
// may see it yet at the other block.
TEST_F(MultiBlockTest, AClientThatCannotTellTheOtherBlocksSaysSo) {
  net.Silence([&](const Packet& packet) {
    const auto* asked = packet.As<BlockGet>();
    return packet.As<TxOutcome>() != nullptr || (asked != nullptr && asked->block == other);
  });
  net.Command(client, Both(1, 0, 'x'));
  net.RunFor(Seconds(20));
  ASSERT_TRUE(net.Finished(client, 1).has_value());
  EXPECT_EQ(net.Finished(client, 1)->outcome, CallOutcome::kCommitted);
  EXPECT_FALSE(net.Finished(client, 1)->landed);
}

TEST_F(MultiBlockTest, AStaleBaseOfOneBlockWritesNone) {
  net.Command(client, PutCommand{.request = 1, .block = other, .base_revision = 0, .value = {1}});
  net.RunFor(Seconds(5));
  net.Command(client, Both(2, 0, 'x'));
  net.RunFor(Seconds(30));
  ASSERT_TRUE(net.Finished(client, 2).has_value());
  EXPECT_EQ(net.Finished(client, 2)->outcome, CallOutcome::kStale);
  net.Command(client, RevisionCommand{.request = 3, .block = tail});
  net.RunFor(Seconds(5));
  EXPECT_EQ(net.Finished(client, 3)->revision, 0u);
}

// Two that meet on both blocks, in whatever order of messages and while time leaps ahead of them: one
// of them wins nearly every time, and no pend is left that must expire.
TEST_F(MultiBlockTest, TwoWritersOfTheSameBlocksProgress) {
  const PeerId rival{1};
  const PeerId member = net.ClusterOf(tail, 1)[0];
  size_t commits = 0;
  for (uint64_t request = 1; request <= 30; ++request) {
    const uint64_t base = net.at(member).voter().repository().TipOf(tail).revision;
    net.Command(client, Both(request, base, 'x'));
    net.Command(rival, Both(request, base, 'y'));
    net.RunRandom({.steps = 800, .lose = 0, .repeat = 0, .crash = 0, .refuse_store = 0});
    net.RunFor(Minutes(1));
    for (const PeerId writer : {client, rival}) {
      const std::optional<CallFinished> finished = net.Finished(writer, request);
      ASSERT_TRUE(finished.has_value()) << "episode " << request;
      commits += finished->outcome == CallOutcome::kCommitted ? 1 : 0;
    }
  }
  EXPECT_GE(commits, 28u);
  EXPECT_EQ(net.All<PendTaken>().size(), net.All<PendDropped>().size());
  net.rules().JudgeCalls();
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// A commit that was refused is followed by a cancel that all blocks hear of. The client used to take the
// cancel for finished when it had only begun, and the pends waited for their expiry.
TEST_F(MultiBlockTest, ARefusedCommitFreesEveryBlockAtOnce) {
  net.Command(client, Both(1, 0, 'x'));
  net.DeliverWhile([](const Packet& p) {
    const auto* promise = p.As<TxPromise>();
    return promise == nullptr || promise->record.transaction.action != TxAction::kCommit;
  });
  const std::vector<Packet> promises = net.wire();
  ASSERT_GE(promises.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {  // Whoever is asked before it was promised refuses.
    net.Send(client, promises[i].to, TxResolve{.record = promises[i].As<TxPromise>()->record});
    net.DeliverAt(net.wire().size() - 1);
  }
  net.RunFor(Seconds(5));
  const std::optional<CallFinished> finished = net.Finished(client, 1);
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->outcome, CallOutcome::kCommitted);
  EXPECT_EQ(finished->attempts, 2u);
  EXPECT_EQ(net.All<PendTaken>().size(), net.All<PendDropped>().size());
}

// The client dies between pend and commit: the members ask the tail and cancel there.
TEST_F(MultiBlockTest, PendsOfAClientThatVanishedAreDropped) {
  net.Command(client, Both(1, 0, 'x'));
  net.DeliverWhile([&](const Packet& p) {
    const auto* submit = p.As<TxSubmit>();
    return submit == nullptr || submit->transaction.action != TxAction::kCommit;
  });
  EXPECT_FALSE(net.All<PendTaken>().empty());
  net.Crash(client, 0);
  net.wire().clear();
  net.Restart(client);
  net.RunFor(Minutes(4));
  EXPECT_EQ(net.All<PendDropped>().size(), net.All<PendTaken>().size());
  EXPECT_TRUE(net.All<RevisionApplied>().empty());
  net.Command(client, Both(2, 0, 'y'));
  net.RunFor(Seconds(10));
  ASSERT_TRUE(net.Finished(client, 2).has_value());
  EXPECT_EQ(net.Finished(client, 2)->outcome, CallOutcome::kCommitted);
}

// The client dies when the tail has committed and nobody else knows: the others follow (TX-9).
TEST_F(MultiBlockTest, WhatTheTailCommittedHappensEverywhere) {
  net.Command(client, Both(1, 0, 'x'));
  net.DeliverWhile([&](const Packet& p) {
    const auto* result = p.As<TxResult>();
    return result == nullptr || result->certificate.empty() ||
           result->certificate.record.transaction.action != TxAction::kCommit;
  });
  net.Crash(client, 0);
  net.wire().clear();
  net.Restart(client);
  net.RunFor(Minutes(4));
  size_t on_other = 0;
  for (const auto& [peer, applied] : net.All<RevisionApplied>()) {
    on_other += applied.block == other ? 1 : 0;
  }
  EXPECT_EQ(on_other, 4u);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

}  // namespace
}  // namespace core
