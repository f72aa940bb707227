#include "core/arachnode/vouching.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 6;

// Node 0 would let go of a value; nodes 1 to 5 answer for its key.
class VouchingTest : public testing::Test, protected RingRig {
 protected:
  VouchingTest() : RingRig(kPeers) {
    moment_.now = Time{Seconds(1'000'000).us};
    archive_.block.bytes.fill(3);
    archive_.revision = 1;
    archive_.value = {1, 2, 3};
  }

  void Know(uint32_t holders, RingStatus status = RingStatus::kActive) {
    for (uint32_t i = 1; i <= holders; ++i) {
      RingInfo info{
          .peer = PeerId{i}, .sequence = 1, .status = status, .issued_ms = moment_.now_ms()};
      SignRingInfo(As(PeerId{i}), info);
      EXPECT_TRUE(book_.Learn(moment_, info));
    }
  }

  void Begin(bool holds = false) {
    vouching_.Begin(moment_, Ways(), {archive_.block, 1}, archive_, holds);
  }

  [[nodiscard]] Vouching::Ways Ways() { return {book_, questions_, challenges_}; }

  // All that are asked now answer: whoever lacks it says so. Returns how many were asked.
  size_t Answer(const std::set<uint32_t>& lacking) {
    const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
    effects_.Clear();
    for (const Outgoing& outgoing : sent) {
      const PeerId peer = outgoing.to[0];
      const auto question = questions_.Answered(peer, outgoing.message.id);
      EXPECT_TRUE(question.has_value());
      const auto& challenge = std::get<HoldingChallenge>(outgoing.message.body);
      HoldingProof proof{.block = challenge.block, .state = ArchiveState::kNotHeld, .proof = {}};
      if (!lacking.contains(peer.value)) {
        proof.state = ArchiveState::kHeld;
        proof.proof =
            HoldingProofOf(context_, archive_, challenge.nonce, identities_.NodeIdOf(peer));
      }
      vouching_.OnChallenged(moment_, Ways(), *challenges_.OnProof(*question, proof));
    }
    return sent.size();
  }

  // The end of the only one; nothing: it goes on.
  [[nodiscard]] std::optional<bool> End() {
    const std::vector<VouchedValue> ended = vouching_.TakeEnded();
    if (ended.empty()) return std::nullopt;
    EXPECT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].value.block, archive_.block);
    return ended[0].held;
  }

  RingBook book_;
  Questions questions_;
  Challenges challenges_;
  Vouching vouching_;
  Archive archive_;
};

TEST_F(VouchingTest, TheFloorMustShowIt) {
  Know(5);
  Begin();
  EXPECT_EQ(End(), std::nullopt);
  EXPECT_EQ(Answer({}), 3u) << "no more are asked than the floor";
  EXPECT_EQ(End(), true);
  EXPECT_EQ(vouching_.size(), 0u);
}

TEST_F(VouchingTest, OthersAreAskedInPlaceOfThoseWhoLackIt) {
  Know(5);
  Begin();
  std::set<uint32_t> first;
  for (const Outgoing& outgoing : effects_.sends()) first.insert(outgoing.to[0].value);
  EXPECT_EQ(Answer({*first.begin()}), 3u);
  EXPECT_EQ(End(), std::nullopt);
  EXPECT_EQ(Answer({}), 1u);
  EXPECT_EQ(End(), true);
}

TEST_F(VouchingTest, FewerThanTheFloorAreNotEnough) {
  Know(5);
  Begin();
  while (Answer({1, 2, 3}) > 0) {
  }
  EXPECT_EQ(End(), false);
  EXPECT_EQ(vouching_.size(), 0u);
}

TEST_F(VouchingTest, SilenceShowsNothing) {
  Know(3);
  Begin();
  moment_.now = moment_.now + Minutes(1);
  size_t silent = 0;
  while (const auto question = questions_.TakeSilent(moment_.now)) {
    vouching_.OnChallenged(moment_, Ways(), *challenges_.OnSilence(*question));
    ++silent;
  }
  EXPECT_EQ(silent, 3u);
  EXPECT_EQ(End(), false);
}

TEST_F(VouchingTest, TheOwnShelfIsOneOfTheFloor) {
  Know(5);
  Begin(true);
  EXPECT_EQ(Answer({}), 2u);
  EXPECT_EQ(End(), true);
}

TEST_F(VouchingTest, WhereNobodyAnswersForTheKeyNobodyHoldsIt) {
  Begin();
  EXPECT_EQ(End(), false);
}

TEST_F(VouchingTest, AJoinerIsNotCountedOn) {
  Know(5, RingStatus::kJoining);
  Begin();
  EXPECT_TRUE(effects_.sends().empty());
  EXPECT_EQ(End(), false);
}

TEST_F(VouchingTest, WhatIsNotThereCannotBeShown) {
  Know(5);
  vouching_.Begin(moment_, Ways(), {archive_.block, 1}, {}, false);
  EXPECT_TRUE(effects_.sends().empty());
  EXPECT_EQ(End(), false);
}

}  // namespace
}  // namespace core
