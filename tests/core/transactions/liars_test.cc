// Replicas that lie to readers: what no certificate proves counts only when enough say it (1.3.6).
#include <gtest/gtest.h>

#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

class LiarsTest : public testing::Test {
 protected:
  void SetUp() override {
    net.Command(client, PutCommand{.request = 1, .block = block, .base_revision = 0, .value = {1}});
    net.RunFor(Seconds(2));
    ASSERT_EQ(net.Finished(client, 1)->outcome, CallOutcome::kCommitted);
  }

  // Reads the latest while so many of the four members lie.
  template <typename Lie>
  CallFinished ReadFrom(size_t liars, const Lie& lie) {
    net.Command(client, RevisionCommand{.request = 2, .block = block});
    net.DeliverWhile([](const Packet& packet) { return packet.As<BlockReply>() == nullptr; });
    size_t lied = 0;
    for (Packet& packet : net.wire()) {
      if (lied == liars) break;
      lie(std::get<BlockReply>(packet.message.body));
      ++lied;
    }
    EXPECT_EQ(lied, liars);
    net.RunFor(Seconds(20));
    return net.Finished(client, 2).value();
  }

  static void Bury(BlockReply& reply, uint64_t revision) {
    reply.state = BlockState::kDeleted;
    reply.revision = revision;
    reply.latest = revision;
    reply.hash.bytes.fill(9);
    reply.certificate = {};
  }

  static void Deny(BlockReply& reply) {
    BlockReply denial;
    denial.block = reply.block;
    denial.cluster = reply.cluster;
    reply = denial;
  }

  TransactionsNet net{{.seed = 7, .nodes = 7, .cluster = 4, .config = {}}};
  BlockId block = TestBlock(1);
  PeerId client = net.ClusterOf(block, 7)[6];
};

TEST_F(LiarsTest, OneThatRemembersATombstoneKeepsNobodyFromWhatOthersProve) {
  const CallFinished read = ReadFrom(1, [](BlockReply& reply) { Bury(reply, 1000); });
  EXPECT_EQ(read.outcome, CallOutcome::kFound);
  EXPECT_EQ(read.revision, 1u);
  EXPECT_FALSE(read.deleted);
}

TEST_F(LiarsTest, ATombstoneThatEnoughRememberIsTheLatest) {
  const CallFinished read = ReadFrom(3, [](BlockReply& reply) { Bury(reply, 2); });
  EXPECT_EQ(read.outcome, CallOutcome::kFound);
  EXPECT_EQ(read.revision, 2u);
  EXPECT_TRUE(read.deleted);
}

TEST_F(LiarsTest, BetweenTheTwoNobodySaysWhatIsTheLatest) {
  const CallFinished read = ReadFrom(2, [](BlockReply& reply) { Bury(reply, 2); });
  EXPECT_EQ(read.outcome, CallOutcome::kUnavailable);
}

TEST_F(LiarsTest, MemoriesOfDifferentTombstonesDoNotAddUp) {
  uint64_t revision = 2;
  const CallFinished read = ReadFrom(3, [&](BlockReply& reply) { Bury(reply, revision++); });
  EXPECT_EQ(read.outcome, CallOutcome::kUnavailable);
}

TEST_F(LiarsTest, OneThatDeniesTheBlockIsOutvotedByAProof) {
  const CallFinished read = ReadFrom(2, Deny);
  EXPECT_EQ(read.outcome, CallOutcome::kFound);
  EXPECT_EQ(read.revision, 1u);
}

// The others have only just heard of it when they are asked.
TEST_F(LiarsTest, WhoProvesARevisionAndWithholdsItsContentStopsNobody) {
  net.Command(client, GetCommand{.request = 2, .block = block, .revision = 0});
  net.DeliverWhile([](const Packet& packet) { return packet.As<BlockReply>() == nullptr; });
  ASSERT_EQ(net.wire().size(), 4u);
  for (size_t i = 1; i < 4; ++i) Deny(std::get<BlockReply>(net.wire()[i].message.body));
  const PeerId withholder = net.wire()[0].from;
  net.Silence([=](const Packet& packet) {
    const auto* reply = packet.As<BlockReply>();
    return packet.from == withholder && reply != nullptr && !reply->value.empty();
  });
  net.RunFor(Seconds(20));
  ASSERT_EQ(net.Finished(client, 2)->outcome, CallOutcome::kFound);
  EXPECT_EQ(net.Finished(client, 2)->revision, 1u);
  EXPECT_EQ(net.All<BlockRead>().size(), 1u);
}

TEST_F(LiarsTest, ARevisionThatNothingProvesIsNoAnswer) {
  const CallFinished read = ReadFrom(1, [](BlockReply& reply) {
    ++reply.revision;
    ++reply.latest;
  });
  EXPECT_EQ(read.outcome, CallOutcome::kFound);
  EXPECT_EQ(read.revision, 1u);
}

}  // namespace
}  // namespace core
