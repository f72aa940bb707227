#include "core/negotiation/partners.h"

#include <gtest/gtest.h>

#include "core/negotiation/topics.h"
#include "tests/core/matchmaking/flow_rig.h"
#include "tests/core/negotiation/pools_net.h"

namespace core {
namespace {

class PartnersTest : public testing::Test {
 protected:
  PartnersTest() {
    voter_.terms.voters = 96;
    pool_.bytes.fill(0x10);
    partners_.Begin(moment(), pool_);
  }

  [[nodiscard]] PoolMoment moment() { return voter_.At(rig_.moment(), topics_); }

  void Hear(uint32_t peer, uint8_t id, uint16_t size) {
    Key256 pool;
    pool.bytes.fill(id);
    partners_.OnPresent(moment(), PeerId{peer},
                        {.template_cid = PoolsTemplate(),
                         .stage = NegotiationStage::kPool,
                         .depth = 0,
                         .pool = pool,
                         .size = size});
  }

  // Whom a pool of this size would greet.
  [[nodiscard]] PeerId Chosen(size_t size) {
    const Partner* partner = partners_.Choose(moment(), size);
    return partner == nullptr ? kNoPeer : partner->peer;
  }

  void Pass(Duration span, size_t size) {
    rig_.now = rig_.now + span;
    rig_.effects.Clear();
    partners_.Advance(moment(), size);
  }

  [[nodiscard]] size_t CountTold() {
    size_t count = 0;
    for (const auto& [to, message] : rig_.Sent<Present>()) count += to == kNoPeer ? 0u : 1u;
    return count;
  }

  FlowRig rig_;
  Matchmaking topics_;
  TestVoter voter_;
  Key256 pool_;
  Partners partners_;
};

TEST_F(PartnersTest, TheNearestThatFitsIsChosen) {
  EXPECT_EQ(Chosen(3), kNoPeer);
  Hear(1, 0x80, 3);
  Hear(2, 0x11, 30);
  Hear(3, 0x30, 3);
  EXPECT_EQ(Chosen(3), PeerId{3});
  EXPECT_EQ(Chosen(2), PeerId{2});
  EXPECT_EQ(Chosen(30), kNoPeer);
}

TEST_F(PartnersTest, WhoIsInDoubtIsChosenLast) {
  Hear(1, 0x80, 3);
  Hear(3, 0x11, 3);
  rig_.doubtful = PeerId{3};
  EXPECT_EQ(Chosen(3), PeerId{1});
  partners_.Drop(PeerId{1});
  EXPECT_EQ(Chosen(3), PeerId{3});
}

TEST_F(PartnersTest, WhoRestsIsChosenAgainLater) {
  Hear(1, 0x80, 3);
  partners_.Rest(PeerId{1}, rig_.now + Seconds(3));
  EXPECT_EQ(Chosen(3), kNoPeer);
  EXPECT_EQ(partners_.NextDeadline(), rig_.now + Seconds(3));
  Pass(Seconds(3), 3);
  EXPECT_EQ(Chosen(3), PeerId{1});
  EXPECT_GT(partners_.NextDeadline(), rig_.now);
}

TEST_F(PartnersTest, WhoIsNotHeardForThreeIntervalsIsForgotten) {
  Hear(1, 0x80, 3);
  Pass(Seconds(44), 3);
  EXPECT_EQ(Chosen(3), PeerId{1});
  Pass(Seconds(1), 3);
  EXPECT_EQ(Chosen(3), kNoPeer);
  PeerSet peers;
  partners_.CollectPeers(peers);
  EXPECT_FALSE(peers.Contains(PeerId{1}));
}

TEST_F(PartnersTest, AllAreToldAfterAnIntervalAndWhenTheSizeChanges) {
  Hear(1, 0x80, 3);
  Hear(2, 0x81, 3);
  Pass(Seconds(1), 3);
  EXPECT_EQ(CountTold(), 0u);
  Pass(Seconds(14), 3);
  EXPECT_EQ(CountTold(), 2u);
  Pass(Seconds(1), 3);
  EXPECT_EQ(CountTold(), 0u);
  partners_.TellAll();
  Pass(Seconds(1), 6);
  EXPECT_EQ(CountTold(), 2u);
}

TEST_F(PartnersTest, NoMoreThanSoManyAreTold) {
  for (uint32_t peer = 1; peer <= 60; ++peer) Hear(peer, static_cast<uint8_t>(peer), 3);
  Pass(Seconds(15), 3);
  EXPECT_EQ(CountTold(), Partners::kTellMax);
}

TEST_F(PartnersTest, WithoutAFittingPoolTheTopicsBecomeMoreGeneral) {
  Partners partners;
  Matchmaking topics;
  voter_.terms.voters = 3 * 32 * 16 * 16;
  const auto at = [&] { return voter_.At(rig_.moment(), topics); };
  partners.Begin(at(), pool_);
  EXPECT_EQ(topics.gatherings().size(), 1u);
  for (uint8_t depth = 2; depth > 0; --depth) {
    const Key256 topic =
        NegotiationTopic(rig_.context, PoolsTemplate(), NegotiationStage::kPool, pool_, depth);
    EXPECT_NE(topics.GatheringAt(topic), nullptr) << int{depth};
    rig_.now = rig_.now + Seconds(30);
    partners.Advance(at(), 3);
  }
  EXPECT_EQ(topics.gatherings().size(), 3u);
  rig_.now = rig_.now + Seconds(60);
  partners.Advance(at(), 3);
  EXPECT_EQ(topics.gatherings().size(), 3u);  // There is nothing more general.
  partners.End(at());
  EXPECT_EQ(topics.GatheringAt(
                NegotiationTopic(rig_.context, PoolsTemplate(), NegotiationStage::kPool, pool_, 0)),
            nullptr);
  EXPECT_EQ(partners.NextDeadline(), Time::Never());
}

}  // namespace
}  // namespace core
