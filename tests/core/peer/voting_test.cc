// Whole peers vote: the same flows as in core/negotiation, over routing, with handles that may be given away between two steps.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/core/negotiation/negotiation_net.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

VotingTerms TermsFrom(const SmallPeerNet& net, uint32_t voters) {
  VotingTerms terms;
  terms.template_cid.bytes.fill(9);
  terms.voters = voters;
  terms.opens_ms = net.now().us / 1000;
  terms.closes_ms = terms.opens_ms + 1'200'000;
  return terms;
}

class VotingTest : public testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, VotingTest, testing::Range<uint64_t>(1, 4));

TEST_P(VotingTest, ThirtyVotersAmongAHundredPeersEndInBlocks) {
  SmallPeerNet net({.seed = GetParam(), .peers = 100});
  net.StartWarm();
  net.RunFor(Seconds(5));
  const VotingTerms terms = TermsFrom(net, 30);
  for (uint32_t i = 0; i < 30; ++i) net.Command(PeerId{i}, VoteOf(PeerId{i}, terms));
  net.RunFor(Minutes(21));
  const auto ends = net.All<VoteEnded>();
  ASSERT_EQ(ends.size(), 30u);
  for (const auto& [peer, ended] : ends) EXPECT_EQ(ended.end, VoteEnd::kBlock) << peer.value;
  PairRules::Check(net.reported());
}

TEST_P(VotingTest, DeathsLeaveNobodyLocked) {
  SmallPeerNet net({.seed = GetParam(), .peers = 60, .loss = {1, 50}, .tells_dead_links = false});
  net.StartWarm();
  net.RunFor(Seconds(5));
  const VotingTerms terms = TermsFrom(net, 20);
  for (uint32_t i = 0; i < 20; ++i) net.Command(PeerId{i}, VoteOf(PeerId{i}, terms));
  for (uint32_t i = 0; i < 6; ++i) {
    net.RunFor(Seconds(25));
    net.Kill(PeerId{i * 3});
  }
  net.RunFor(Minutes(25));
  std::map<PeerId, VoteEnd> ends;
  for (const auto& [peer, ended] : net.All<VoteEnded>()) ends[peer] = ended.end;
  for (uint32_t i = 0; i < 20; ++i) {
    if (i % 3 == 0 && i < 18) continue;
    ASSERT_TRUE(ends.contains(PeerId{i})) << i;
    EXPECT_TRUE(ends[PeerId{i}] == VoteEnd::kBlock || ends[PeerId{i}] == VoteEnd::kUnitary) << i;
  }
}

// A peer that does not vote answers at once, so that a greet to it costs a round trip and no timeout.
TEST(NonVoterTest, SaysThatItIsBusyAndHoldsNothing) {
  SmallPeerNet net({.seed = 1, .peers = 3});
  net.StartWarm();
  net.RunFor(Seconds(5));
  const size_t before = net.at(PeerId{1}).MemoryUsage();
  Message greet;
  greet.id = 7;
  greet.sent_ms = net.now().us / 1000;
  greet.body = Greet{};
  const uint64_t sent = net.sent();
  net.Deliver(PeerId{1}, Arrival{.from = PeerId{0}, .message = &greet});
  EXPECT_EQ(net.sent(), sent + 1);
  EXPECT_EQ(net.at(PeerId{1}).MemoryUsage(), before);
}

}  // namespace
}  // namespace core
