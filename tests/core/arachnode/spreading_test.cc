#include "core/arachnode/spreading.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 6;

// Node 0 has made a revision; nodes 1 to 5 answer for its key.
class SpreadingTest : public testing::Test, protected RingRig {
 protected:
  SpreadingTest() : RingRig(kPeers) {
    moment_.now = Time{Seconds(1'000'000).us};
    for (uint32_t i = 1; i < kPeers; ++i) {
      RingInfo info{.peer = PeerId{i}, .sequence = 1, .issued_ms = moment_.now_ms()};
      const RingMoment theirs = As(PeerId{i});
      SignRingInfo(theirs, info);
      EXPECT_TRUE(book_.Learn(moment_, info));
    }
    archive_.block.bytes.fill(3);
    archive_.revision = 1;
    archive_.value = {1, 2, 3};
    key_.bytes.fill(8);
  }

  void Advance() {
    spreading_.Advance(moment_, {book_, questions_, challenges_},
                       [&](const BlockId&) { return archive_; });
  }

  // Everybody takes what is offered; who is no liar can show it.
  void Answer(const std::set<PeerId>& liars) {
    const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
    effects_.Clear();
    for (const Outgoing& outgoing : sent) {
      const PeerId peer = outgoing.to[0];
      const auto question = questions_.Answered(peer, outgoing.message.id);
      ASSERT_TRUE(question.has_value());
      if (std::holds_alternative<ArchiveStore>(outgoing.message.body)) {
        offered_.insert(peer);
        spreading_.OnAck(*question, StoreVerdict::kStored);
      } else {
        const auto& challenge = std::get<HoldingChallenge>(outgoing.message.body);
        HoldingProof proof{.block = challenge.block, .state = ArchiveState::kHeld, .proof = {}};
        if (!liars.contains(peer)) {
          proof.proof =
              HoldingProofOf(context_, archive_, challenge.nonce, identities_.NodeIdOf(peer));
        }
        const auto end = challenges_.OnProof(*question, proof);
        ASSERT_TRUE(end.has_value());
        if (end->verdict == Challenges::Verdict::kRefuted) book_.Doubt(moment_.now, peer);
        spreading_.OnChallenged(*end);
      }
    }
    Advance();
  }

  RingBook book_;
  Questions questions_;
  Challenges challenges_;
  Spreading spreading_;
  Archive archive_;
  Key256 key_;
  std::set<PeerId> offered_;
};

TEST_F(SpreadingTest, IsOverWhenOneCanShowIt) {
  spreading_.Add(moment_, archive_.block, {key_, 1}, 0);
  Advance();
  Answer({});
  EXPECT_EQ(offered_.size(), 2u) << "the innermost and the outermost";
  EXPECT_EQ(spreading_.size(), 1u);
  Answer({*offered_.begin()});
  EXPECT_EQ(spreading_.size(), 0u);
}

// Both ends of the key's holders take everything and keep nothing: the block goes to others.
TEST_F(SpreadingTest, WhoeverTakesItAndCannotShowItDoesNotEndIt) {
  spreading_.Add(moment_, archive_.block, {key_, 1}, 0);
  Advance();
  Answer({});
  const std::set<PeerId> liars = offered_;
  Answer(liars);
  ASSERT_EQ(spreading_.size(), 1u);
  moment_.now = spreading_.NextDeadline();
  Advance();
  Answer(liars);
  EXPECT_EQ(offered_.size(), 4u) << "two others";
  Answer(liars);
  EXPECT_EQ(spreading_.size(), 0u);
}

TEST_F(SpreadingTest, LaterMembersTryOnce) {
  spreading_.Add(moment_, archive_.block, {key_, 1}, 3);
  EXPECT_EQ(spreading_.NextDeadline(), moment_.now + config_.arachnode.spread_wait * 3);
  moment_.now = spreading_.NextDeadline();
  Advance();
  const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
  effects_.Clear();
  ASSERT_EQ(sent.size(), 2u);
  for (const Outgoing& outgoing : sent) {
    const auto question = questions_.Answered(outgoing.to[0], outgoing.message.id);
    const auto& asked = std::get<ConfirmRequest>(outgoing.message.body);
    spreading_.OnConfirm(*question, Confirm{.infos = {}, .missing = asked.blocks});
  }
  Advance();
  Answer({});
  EXPECT_EQ(offered_.size(), 2u);
  Answer(offered_);
  EXPECT_EQ(spreading_.size(), 0u);
}

}  // namespace
}  // namespace core
