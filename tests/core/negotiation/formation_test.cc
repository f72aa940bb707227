// Many voters, up to pools of three: liveness without faults, and what holds under random schedules, losses and crashes.
#include "core/negotiation/formation.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/core/negotiation/negotiation_net.h"

namespace core {
namespace {

using Net = NegotiationNet<FormingNode>;

class FormationTest : public testing::TestWithParam<uint64_t> {
 protected:
  static size_t CountPooled(Net& net) {
    size_t pooled = 0;
    for (uint32_t i = 0; i < net.size(); ++i) {
      pooled += net.IsUp(PeerId{i}) && net.at(PeerId{i}).pooled() ? 1 : 0;
    }
    return pooled;
  }

  static size_t CountPools(Net& net) {
    size_t pools = 0;
    for (uint32_t i = 0; i < net.size(); ++i) pools += net.at(PeerId{i}).pool().has_value() ? 1 : 0;
    return pools;
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, FormationTest, testing::Range<uint64_t>(1, 9));

TEST_P(FormationTest, ThreeVotersMakeAPoolOfTheirRecords) {
  Net net({.seed = GetParam(), .nodes = 3});
  net.VoteAll();
  net.RunFor(Minutes(2));
  ASSERT_EQ(CountPools(net), 1u);
  EXPECT_EQ(CountPooled(net), 3u);
  std::set<PublicKey> registrants;
  std::set<Key256> nonces;
  for (uint32_t i = 0; i < 3; ++i) {
    registrants.insert(net.at(PeerId{i}).formation->vote().registrant());
    nonces.insert(net.at(PeerId{i}).formation->vote().records().vote.nonce);
  }
  for (uint32_t i = 0; i < 3; ++i) {
    const auto& pool = net.at(PeerId{i}).pool();
    if (!pool.has_value()) continue;
    std::set<PublicKey> voters;
    std::set<Key256> votes;
    for (const VoterRecord& voter : pool->voters) voters.insert(voter.registrant);
    for (const VoteRecord& vote : pool->votes) votes.insert(vote.nonce);
    EXPECT_EQ(voters, registrants);
    EXPECT_EQ(votes, nonces);
    EXPECT_EQ(pool->members.size(), 3u);
  }
  PairRules::Check(net.reported());
}

TEST_P(FormationTest, SixtyVotersEndInTwentyPools) {
  Net net({.seed = GetParam(), .nodes = 60});
  net.VoteAll();
  net.RunFor(Minutes(6));
  EXPECT_EQ(CountPooled(net), 60u);
  EXPECT_EQ(CountPools(net), 20u);
  EXPECT_TRUE(net.offences().empty());
  PairRules::Check(net.reported());
}

TEST_P(FormationTest, LossesCrashesAndRestartsLockNobody) {
  Net net({.seed = GetParam(), .nodes = 24, .lose_percent = 5, .repeat_percent = 5});
  net.VoteAll();
  for (int i = 0; i < 40; ++i) {
    net.RunFor(Seconds(5));
    const PeerId peer{static_cast<uint32_t>(net.random().Below(24))};
    if (net.IsUp(peer) && !net.at(peer).pooled()) {
      net.Crash(peer);
    } else {
      net.Restart(peer);
      net.Vote(peer);
    }
  }
  net.Calm();
  net.VoteAll();
  net.RunFor(Minutes(8));
  // At most two are left over, free.
  size_t left = 0;
  for (uint32_t i = 0; i < 24; ++i) left += net.at(PeerId{i}).pooled() ? 0 : 1;
  EXPECT_LE(left, 2u);
  EXPECT_TRUE(net.offences().empty());
  PairRules::Check(net.reported());
}

}  // namespace
}  // namespace core
