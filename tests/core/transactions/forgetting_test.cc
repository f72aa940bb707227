// What members still know after a crash, and what they say when they have forgotten (1.3.4, L2, L8).
#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

class ForgettingTest : public testing::Test {
 protected:
  static TransactionsConfig BriefMemories() {
    TransactionsConfig config;
    config.lifetime = Seconds(10);
    config.decided_keep = Minutes(2);
    config.history_ttl = Minutes(10);
    config.tombstone_ttl = Minutes(20);
    return config;
  }

  void Put(uint64_t base, uint8_t value) {
    net.Command(client, PutCommand{.request = ++requests,
                                   .block = block,
                                   .base_revision = base,
                                   .value = TestValue(value)});
    Finish();
  }

  void Delete(uint64_t base) {
    net.Command(client,
                DeleteCommand{.request = ++requests, .block = block, .base_revision = base});
    Finish();
  }

  void Finish() {
    net.RunFor(Seconds(5));
    const std::optional<CallFinished> finished = net.Finished(client, requests);
    ASSERT_TRUE(finished.has_value());
    ASSERT_EQ(finished->outcome, CallOutcome::kCommitted);
  }

  [[nodiscard]] const Voter& VoterOf(PeerId peer) { return net.at(peer).voter(); }

  TransactionsNet net{{.seed = 5, .nodes = 7, .cluster = 4, .config = BriefMemories()}};
  BlockId block = TestBlock(1);
  PeerId client = net.ClusterOf(block, 7)[6];
  PeerId member = net.ClusterOf(block, 4)[1];
  uint64_t requests = 0;
};

// The disk has the decision, and the crash comes before anybody is told: the next life tells it.
TEST_F(ForgettingTest, ADecisionIsToldAfterACrash) {
  net.Command(client, PutCommand{.request = 1, .block = block, .base_revision = 0, .value = {1}});
  net.DeliverWhile([&](const Packet& packet) {
    return packet.to != member || packet.As<TxCommit>() == nullptr;
  });
  const auto commit = std::find_if(net.wire().begin(), net.wire().end(), [&](const Packet& packet) {
    return packet.to == member && packet.As<TxCommit>() != nullptr;
  });
  ASSERT_NE(commit, net.wire().end());
  net.DeliverAt(static_cast<size_t>(commit - net.wire().begin()));
  const auto told = [&] {
    const auto all = net.All<TxDecided>();
    return std::any_of(all.begin(), all.end(), [&](const auto& fact) {
      return fact.first == member && fact.second.committed;
    });
  };
  net.Crash(member, 100);
  EXPECT_FALSE(told());
  net.Restart(member);
  EXPECT_TRUE(told());
}

// Who restarts within a cut must not take the survivors for the network: it is told whom its last life knew.
TEST_F(ForgettingTest, AMemberRemembersOthersAcrossARestart) {
  Put(0, 'x');
  net.Crash(member, 100);
  net.Restart(member);
  const std::vector<Acquaintance> known = net.RecalledBy(member);
  ASSERT_EQ(known.size(), 6u);
  for (const Acquaintance& who : known) {
    EXPECT_NE(who.id, net.identities().NodeIdOf(member));
    EXPECT_FALSE(who.away);
  }
  net.Cut({client});
  net.RunFor(Minutes(2));
  net.Crash(member, 100);
  net.Restart(member);
  const std::vector<Acquaintance> later = net.RecalledBy(member);
  const auto missed = std::find_if(later.begin(), later.end(), [&](const Acquaintance& who) {
    return who.id == net.identities().NodeIdOf(client);
  });
  ASSERT_NE(missed, later.end());
  EXPECT_TRUE(missed->away);
}

// A deleted block of which even the memory is gone looks as if it had never been written. Who is asked
// then about its first write must not refuse what it had approved (planted bug deaf-member, TX-2).
TEST_F(ForgettingTest, NobodyVotesOnWhatItMayHaveForgotten) {
  Put(0, 'x');
  const auto made = net.All<CertificateMade>();
  ASSERT_EQ(made.size(), 1u);
  const Certificate* outcome = VoterOf(member).OutcomeOf(made[0].second.tx);
  ASSERT_NE(outcome, nullptr);
  const TxRecord record = outcome->record;
  Delete(1);
  net.RunFor(Minutes(50));
  ASSERT_EQ(VoterOf(member).repository().TipOf(block).revision, 0u);
  const size_t votes = net.All<VoteCast>().size();
  net.Send(client, member, TxResolve{.record = record});
  net.RunFor(Seconds(2));
  EXPECT_EQ(net.All<VoteCast>().size(), votes);
  const auto refused = net.All<TransactionRefused>();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].second.reason, RejectReason::kExpiry);
}

// What the block shows to have come to nothing is refused at any later time, so that its locks end.
TEST_F(ForgettingTest, AnUnmovedBlockProvesThatNothingWasCommitted) {
  Put(0, 'x');
  net.Command(client, PutCommand{.request = 9, .block = block, .base_revision = 1, .value = {2}});
  net.DeliverWhile([&](const Packet& packet) { return packet.As<TxPromise>() == nullptr; });
  const auto promise = std::find_if(net.wire().begin(), net.wire().end(), [](const Packet& packet) {
    return packet.As<TxPromise>() != nullptr;
  });
  ASSERT_NE(promise, net.wire().end());
  const TxRecord record = promise->As<TxPromise>()->record;
  net.Crash(client, 0);  // It would ask other coordinators, who would vote.
  net.Silence([](const Packet& packet) {
    return packet.As<TxPromise>() != nullptr || packet.As<TxResolve>() != nullptr;
  });
  net.RunFor(Minutes(60));
  net.Heal();
  const size_t votes = net.All<VoteCast>().size();
  net.Send(net.ClusterOf(block, 4)[2], member, TxResolve{.record = record});
  net.RunFor(Seconds(2));
  const auto all = net.All<VoteCast>();
  ASSERT_GT(all.size(), votes);
  EXPECT_EQ(all.back().second.kind, VoteKind::kExpired);
}

// ---- several blocks ----

class ForgottenDecisionsTest : public testing::Test {
 protected:
  static TransactionsConfig BriefDecisions() {
    TransactionsConfig config;
    config.lifetime = Seconds(10);
    config.decided_keep = Minutes(2);
    config.history_ttl = Minutes(30);
    return config;
  }

  void Write(uint64_t base, uint8_t value) {
    TransactCommand transact{.request = ++requests, .writes = {}, .tail = tail};
    for (const BlockId& block : {tail, other}) {
      transact.writes.push_back(
          {.block = block, .base_revision = base, .erase = false, .value = TestValue(value)});
    }
    net.Command(client, transact);
  }

  // A block that has no member in common with the tail, and whose members do not include the client.
  [[nodiscard]] BlockId BlockApart() const {
    const std::vector<PeerId> mine = net.ClusterOf(tail, 4);
    const auto is_mine = [&](PeerId peer) {
      return peer == client || std::find(mine.begin(), mine.end(), peer) != mine.end();
    };
    for (uint8_t number = 2;; ++number) {
      const std::vector<PeerId> its = net.ClusterOf(TestBlock(number), 4);
      if (std::none_of(its.begin(), its.end(), is_mine)) return TestBlock(number);
      CHECK(number < 255);
    }
  }

  [[nodiscard]] uint64_t RevisionAt(PeerId peer, const BlockId& block) {
    return net.at(peer).voter().repository().TipOf(block).revision;
  }

  // Neither the client nor a member of either block.
  [[nodiscard]] PeerId Bystander() const {
    std::vector<PeerId> busy = net.ClusterOf(tail, 4);
    busy.insert(busy.end(), there.begin(), there.end());
    busy.push_back(client);
    PeerId peer{0};
    while (std::find(busy.begin(), busy.end(), peer) != busy.end()) ++peer.value;
    return peer;
  }

  TransactionsNet net{{.seed = 3, .nodes = 12, .cluster = 4, .config = BriefDecisions()}};
  BlockId tail = TestBlock(1);
  PeerId client{0};
  BlockId other = BlockApart();
  std::vector<PeerId> there = net.ClusterOf(other, 4);
  uint64_t requests = 0;
};

// The client is gone when the tail has decided and nobody else knows. A writer in the way of its pend finds that out with
// its members, long before the pend expires.
TEST_F(ForgottenDecisionsTest, AWriterWaitsForTheTailAndNotForThePend) {
  Write(0, 'x');
  net.DeliverWhile([&](const Packet& packet) {
    const auto* result = packet.As<TxResult>();
    return packet.to != client || result == nullptr ||
           result->certificate.record.transaction.action != TxAction::kCommit;
  });
  net.Crash(client, 100);
  ASSERT_EQ(RevisionAt(net.ClusterOf(tail, 4)[0], tail), 1u);
  for (const PeerId peer : there) ASSERT_EQ(RevisionAt(peer, other), 0u);
  const PeerId writer = Bystander();
  net.Command(writer, PutCommand{.request = 1, .block = other, .base_revision = 0, .value = {1}});
  net.RunFor(Seconds(5));
  const std::optional<CallFinished> finished = net.Finished(writer, 1);
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->outcome, CallOutcome::kStale);
  for (const PeerId peer : there) EXPECT_EQ(RevisionAt(peer, other), 1u);
}

// Who is asked too early says so, and nothing is taken from a client that is only slow.
TEST_F(ForgottenDecisionsTest, AWriterTakesNothingFromASlowClient) {
  Write(0, 'x');
  const auto commits = [](const Packet& packet) {
    const auto* submit = packet.As<TxSubmit>();
    return submit != nullptr && submit->transaction.action == TxAction::kCommit;
  };
  net.DeliverWhile([&](const Packet& packet) { return !commits(packet); });
  std::vector<Packet> held;
  std::copy_if(net.wire().begin(), net.wire().end(), std::back_inserter(held), commits);
  ASSERT_FALSE(held.empty());
  net.Silence([&](const Packet& packet) { return packet.from == client || packet.to == client; });
  const PeerId writer = Bystander();
  net.Command(writer, PutCommand{.request = 1, .block = other, .base_revision = 0, .value = {1}});
  net.RunFor(Seconds(5));
  EXPECT_FALSE(net.Finished(writer, 1).has_value());
  for (const PeerId peer : there) EXPECT_EQ(net.at(peer).voter().repository().PendCount(), 1u);
  net.Heal();
  for (const Packet& commit : held) net.Hand(commit);
  net.RunFor(Seconds(30));
  EXPECT_EQ(net.Finished(client, requests)->outcome, CallOutcome::kCommitted);
  EXPECT_EQ(net.Finished(writer, 1)->outcome, CallOutcome::kStale);
}

// A member of the tail makes a decision up. Who asked does not pass it on, or the others would blame it.
TEST_F(ForgottenDecisionsTest, AForgedDecisionIsNotPassedOn) {
  Write(0, 'x');
  net.DeliverWhile([&](const Packet& packet) {
    const auto* submit = packet.As<TxSubmit>();
    return submit == nullptr || submit->transaction.action != TxAction::kCommit;
  });
  size_t forged = 0;
  net.Silence([&](const Packet& packet) {
    const auto* status = packet.As<TxStatus>();
    if (status != nullptr && packet.from != client) {
      const PendRow* pend = net.at(there[0]).voter().repository().FindPend(other, status->id);
      Certificate made = pend->certificate;
      made.record.transaction.action = TxAction::kCommit;
      made.record.transaction.block = tail;
      net.Send(packet.to, packet.from,
               TxStatusReply{.id = status->id, .state = TxState::kCommitted, .certificate = made},
               packet.message.id);
      ++forged;
    }
    return status != nullptr || packet.from == client || packet.to == client;
  });
  net.Command(Bystander(),
              PutCommand{.request = 1, .block = other, .base_revision = 0, .value = {1}});
  net.RunFor(Seconds(5));
  EXPECT_GT(forged, 0u);
  EXPECT_TRUE(net.offences().empty());
  for (const PeerId peer : there) EXPECT_EQ(RevisionAt(peer, other), 0u);
}

// The other block's members are cut off between their pends and the decision, for longer than a decision
// on one block is remembered. A cancel must not be had then of what the tail has committed (TX-9).
TEST_F(ForgottenDecisionsTest, WhatTheTailCommittedIsNotCancelledLater) {
  Write(0, 'x');
  net.DeliverWhile([](const Packet& packet) {
    const auto* submit = packet.As<TxSubmit>();
    return submit == nullptr || submit->transaction.action != TxAction::kCommit;
  });
  net.Cut(there);
  net.RunFor(Minutes(10));
  EXPECT_EQ(RevisionAt(net.ClusterOf(tail, 4)[0], tail), 1u);
  for (const PeerId peer : there) EXPECT_EQ(RevisionAt(peer, other), 0u);
  net.Heal();
  net.RunFor(Minutes(2));
  for (const PeerId peer : there) EXPECT_EQ(RevisionAt(peer, other), 1u);
  EXPECT_EQ(net.All<PendTaken>().size(), net.All<PendDropped>().size());
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// Members that cannot answer are asked how it ended for as long as they would remember.
TEST_F(ForgottenDecisionsTest, ACoordinatorDoesNotAskForEver) {
  net.Silence([](const Packet& packet) {
    return packet.As<TxVote>() != nullptr || packet.As<TxPromise>() != nullptr;
  });
  net.Command(
      client,
      PutCommand{
          .request = ++requests, .block = tail, .base_revision = 0, .value = TestValue('x')});
  const auto rounds = [&] {
    size_t open = 0;
    for (const PeerId peer : net.ClusterOf(tail, 4))
      open += net.at(peer).coordinator().OpenRounds();
    return open;
  };
  net.RunFor(Minutes(30));
  EXPECT_GT(rounds(), 0u);
  net.RunFor(Minutes(2));
  EXPECT_EQ(rounds(), 0u);
}

// The cancel came first, and nobody tells it again: the pend must not wait for it.
TEST_F(ForgottenDecisionsTest, APendBehindItsCancelIsNotTaken) {
  net.Command(
      there[0],
      PutCommand{
          .request = ++requests, .block = other, .base_revision = 0, .value = TestValue('y')});
  net.RunFor(Seconds(5));
  ASSERT_EQ(RevisionAt(there[0], other), 1u);
  const PeerId late = net.ClusterOf(tail, 4)[3];
  std::vector<Packet> held;
  net.Silence([&](const Packet& packet) {
    const auto* commit = packet.As<TxCommit>();
    const bool pends = commit != nullptr && commit->record.transaction.action == TxAction::kPendPut;
    if (packet.to != late || !pends) return false;
    held.push_back(packet);
    return true;
  });
  Write(0, 'x');  // Stale at the other block.
  net.RunFor(Seconds(5));
  ASSERT_FALSE(held.empty());
  net.Hand(held.front());
  net.RunFor(Minutes(2));
  EXPECT_EQ(net.at(late).voter().repository().PendCount(), 0u);
  EXPECT_EQ(net.All<PendTaken>().size(), net.All<PendDropped>().size());
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// A commit of a pend that comes again when its revision has been collected (BR-7).
TEST_F(ForgottenDecisionsTest, APendDoesNotComeBackBehindItsRevision) {
  Write(0, 'x');
  net.DeliverWhile([&](const Packet& packet) {
    const auto* commit = packet.As<TxCommit>();
    return commit == nullptr || commit->record.transaction.block != other;
  });
  const auto pend = std::find_if(net.wire().begin(), net.wire().end(), [&](const Packet& packet) {
    const auto* commit = packet.As<TxCommit>();
    return commit != nullptr && commit->record.transaction.block == other;
  });
  ASSERT_NE(pend, net.wire().end());
  const Packet late = *pend;
  net.RunFor(Seconds(5));
  Write(1, 'y');
  net.RunFor(Minutes(120));
  ASSERT_EQ(RevisionAt(late.to, other), 2u);
  ASSERT_EQ(net.at(late.to).voter().repository().Find(other, 1), nullptr);
  const size_t taken = net.All<PendTaken>().size();
  net.Hand(late);
  net.RunFor(Seconds(1));
  EXPECT_EQ(net.All<PendTaken>().size(), taken);
  EXPECT_EQ(net.at(late.to).voter().repository().PendCount(), 0u);
}

// The tail's revision came by catching up, its pend never and the decision last: the member has what was
// decided, and says so.
TEST_F(ForgottenDecisionsTest, WhoCaughtUpBeforeItHeardTheDecisionAcknowledgesIt) {
  const PeerId late = net.ClusterOf(tail, 4)[3];
  std::vector<Packet> held;
  net.Silence([&](const Packet& packet) {
    const bool names_it = packet.As<TxPromise>() != nullptr || packet.As<TxCommit>() != nullptr ||
                          packet.As<TxOutcome>() != nullptr || packet.As<TxResolve>() != nullptr;
    if (packet.to != late || !names_it) return false;
    const auto* commit = packet.As<TxCommit>();
    const bool decides =
        commit != nullptr && commit->record.transaction.action == TxAction::kCommit;
    if (decides) held.push_back(packet);
    return true;
  });
  Write(0, 'x');
  net.RunFor(Seconds(20));
  ASSERT_FALSE(held.empty());
  ASSERT_EQ(RevisionAt(late, tail), 0u);
  net.Silence([](const Packet& packet) { return packet.As<TxOutcome>() != nullptr; });
  Write(1, 'y');
  net.RunFor(Seconds(5));
  ASSERT_GE(RevisionAt(late, tail), 1u);
  net.Hand(held.front());
  net.DeliverWhile([](const Packet& packet) { return packet.As<TxCommitAck>() == nullptr; });
  const auto ack = std::find_if(net.wire().begin(), net.wire().end(), [&](const Packet& packet) {
    return packet.from == late && packet.As<TxCommitAck>() != nullptr;
  });
  EXPECT_NE(ack, net.wire().end());
}

}  // namespace
}  // namespace core
