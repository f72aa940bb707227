#include "core/arachnode/holding.h"

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr PeerId kProver{1};

class HoldingTest : public testing::Test, protected RingRig {
 protected:
  HoldingTest() : RingRig(3) {
    archive_.block.bytes.fill(7);
    archive_.revision = 3;
    archive_.value = {1, 2, 3};
    archive_.certificate.record.members.resize(1);
    key_.bytes.fill(9);
    EXPECT_TRUE(shelf_.Put(moment_, {.key = key_}, archive_, 1'000'000));
    EXPECT_TRUE(shelf_.OnStored(moment_, {Ticket(), absl::OkStatus(), {}}).done);
    effects_.Clear();
  }

  [[nodiscard]] StoreTicket Ticket() { return effects_.stores().back().ticket; }

  struct Asked {
    Question question;
    HoldingChallenge challenge;
  };

  // What goes to the prover.
  Asked Ask(Challenges::Why why) {
    challenges_.Begin(moment_, shelf_, {kProver, {key_, 2}, why});
    const ShelfEnd end =
        shelf_.OnStored(moment_, {Ticket(), absl::OkStatus(), {EncodeRow(archive_)}});
    EXPECT_EQ(end.task.use, ShelfTask::Use::kChecked);
    EXPECT_FALSE(challenges_.OnRead(moment_, end, questions_).has_value());
    const Message& sent = effects_.sends().back().message;
    Asked asked{*questions_.Answered(kProver, sent.id), std::get<HoldingChallenge>(sent.body)};
    return asked;
  }

  [[nodiscard]] HoldingProof Honest(const HoldingChallenge& challenge) {
    return {.block = {challenge.block.key, archive_.revision},
            .state = ArchiveState::kHeld,
            .proof =
                HoldingProofOf(context_, archive_, challenge.nonce, identities_.NodeIdOf(kProver))};
  }

  [[nodiscard]] Challenges::Verdict Judge(const HoldingProof& proof) {
    const Asked asked = Ask(Challenges::Why::kWatch);
    HoldingProof shown = proof;
    if (shown.proof == Key256{}) shown.proof = Honest(asked.challenge).proof;
    return challenges_.OnProof(asked.question, shown)->verdict;
  }

  Archive archive_;
  Key256 key_;
  Shelf shelf_;
  Questions questions_;
  Challenges challenges_;
};

TEST_F(HoldingTest, WhoHoldsTheBlockShowsIt) {
  const Asked asked = Ask(Challenges::Why::kHandoff);
  EXPECT_EQ(asked.challenge.block, (KeyedRevision{key_, 2})) << "what it said that it holds";
  EXPECT_EQ(challenges_.CountOf(Challenges::Why::kHandoff), 1u);
  const auto end = challenges_.OnProof(asked.question, Honest(asked.challenge));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->verdict, Challenges::Verdict::kProven);
  EXPECT_EQ(end->subject.peer, kProver);
  EXPECT_EQ(end->subject.why, Challenges::Why::kHandoff);
  EXPECT_EQ(challenges_.CountOf(Challenges::Why::kHandoff), 0u);
}

// Another certificate proves the same revision: quorums differ.
TEST_F(HoldingTest, TheCertificateIsNoPartOfTheProof) {
  const Asked asked = Ask(Challenges::Why::kWatch);
  archive_.certificate.record.members.resize(2);
  const auto end = challenges_.OnProof(asked.question, Honest(asked.challenge));
  EXPECT_EQ(end->verdict, Challenges::Verdict::kProven);
}

TEST_F(HoldingTest, AProofIsOfOneNonceOneProverAndAllBytes) {
  const Asked first = Ask(Challenges::Why::kWatch);
  const HoldingProof proof = Honest(first.challenge);
  (void)challenges_.OnProof(first.question, proof);
  EXPECT_EQ(Judge(proof), Challenges::Verdict::kRefuted) << "of another nonce";
  const Asked second = Ask(Challenges::Why::kWatch);
  HoldingProof friends = proof;
  friends.proof =
      HoldingProofOf(context_, archive_, second.challenge.nonce, identities_.NodeIdOf(PeerId{2}));
  EXPECT_EQ(challenges_.OnProof(second.question, friends)->verdict, Challenges::Verdict::kRefuted);
  const Asked third = Ask(Challenges::Why::kWatch);
  archive_.value[2] ^= 1;
  EXPECT_EQ(challenges_.OnProof(third.question, Honest(third.challenge))->verdict,
            Challenges::Verdict::kRefuted);
}

TEST_F(HoldingTest, AnswersThatShowNothing) {
  using Verdict = Challenges::Verdict;
  EXPECT_EQ(Judge({.block = {key_, 3}, .state = ArchiveState::kNotHeld, .proof = {}}),
            Verdict::kLacking);
  EXPECT_EQ(Judge({.block = {key_, 3}, .state = ArchiveState::kDamaged, .proof = {}}),
            Verdict::kLacking);
  EXPECT_EQ(Judge({.block = {key_, 1}, .state = ArchiveState::kHeld, .proof = {}}),
            Verdict::kLacking)
      << "it had said 2";
  // Found by full nodes that moved: a newer revision had come to who asked, and honest holders of the one that they
  // had confirmed were taken for liars.
  EXPECT_EQ(Judge({.block = {key_, 2}, .state = ArchiveState::kHeld, .proof = {}}), Verdict::kOpen);
  EXPECT_EQ(Judge({.block = {Key256{}, 3}, .state = ArchiveState::kHeld, .proof = {}}),
            Verdict::kRefuted);
  EXPECT_EQ(Judge({.block = {key_, 4}, .state = ArchiveState::kHeld, .proof = {}}), Verdict::kOpen)
      << "a later revision cannot be checked here";
  const Asked asked = Ask(Challenges::Why::kWatch);
  EXPECT_EQ(challenges_.OnSilence(asked.question)->verdict, Verdict::kOpen);
}

TEST_F(HoldingTest, AnOwnDiskThatFailsAccusesNobody) {
  challenges_.Begin(moment_, shelf_, {kProver, {key_, 2}, Challenges::Why::kWatch});
  const ShelfEnd end = shelf_.OnStored(moment_, {Ticket(), absl::DataLossError("bad"), {}});
  const auto verdict = challenges_.OnRead(moment_, end, questions_);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->verdict, Challenges::Verdict::kOpen);
  EXPECT_TRUE(effects_.sends().empty());
}

TEST_F(HoldingTest, NothingIsHeardOfWhatWasDropped) {
  const Asked asked = Ask(Challenges::Why::kHandoff);
  challenges_.Drop(Challenges::Why::kHandoff);
  EXPECT_FALSE(challenges_.OnProof(asked.question, Honest(asked.challenge)).has_value());
  EXPECT_FALSE(challenges_.OnSilence(asked.question).has_value());
}

}  // namespace
}  // namespace core
