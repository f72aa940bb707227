// What members still know after a crash, and what they say when they have forgotten (1.3.4, L2, L8).
#include <algorithm>

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

}  // namespace
}  // namespace core
