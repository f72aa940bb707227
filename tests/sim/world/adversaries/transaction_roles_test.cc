// Roles of transactions: what a double signer votes, and what a lying replica tells of its blocks.
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "core/crypto/modelled_suite.h"
#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

constexpr core::PeerId kCoordinator{40};
constexpr core::PeerId kRival{41};

class TransactionRolesTest : public testing::Test {
 protected:
  TransactionRolesTest() : suite_(core::Digest256{7}), directory_(100) {
    secret_.seed.fill(5);
    context_.directory = &directory_;
    context_.suite = &suite_;
    for (uint32_t i = 1; i <= 4; ++i) {
      record_.members.push_back({directory_.NodeIdOf({i}), suite_.PublicKeyFor(secret_)});
    }
    std::vector<uint8_t> bytes;
    core::TxHashBytes(context_.network, record_, bytes);
    tx_ = core::Key256{suite_.Sha256(bytes)};
  }

  [[nodiscard]] std::unique_ptr<Role> Make(const AdversarySpec& spec) {
    auto made = MakeRole(spec, {.self = {kSelf},
                                .context = &context_,
                                .secret = &secret_,
                                .seed = 9,
                                .incarnation = 0,
                                .accomplices = {},
                                .ghosts = {}});
    EXPECT_TRUE(made.ok());
    return std::move(made).value();
  }

  // What the role lets out when its honest half answers the request of `from` so.
  static core::Body AnswerTo(Role& role, core::PeerId from, core::Body request, core::Body answer) {
    core::Message message;
    message.body = std::move(request);
    core::Input input = core::Arrival{from, &message};
    EXPECT_TRUE(role.Before({}, input));
    core::Effects effects;
    effects.Send(from).body = std::move(answer);
    role.After({}, input, effects);
    return effects.sends()[0].message.body;
  }

  [[nodiscard]] core::TxVote HonestVote() const {
    core::TxVote vote;
    vote.tx = tx_;
    vote.vote.member = 2;
    vote.vote.kind = core::VoteKind::kConflict;
    vote.vote.winner.bytes.fill(1);
    return vote;
  }

  // The vote in the body, which the peer's own key must have signed.
  [[nodiscard]] core::VoteKind KindOf(const core::Body& body) const {
    const auto& told = std::get<core::TxVote>(body);
    EXPECT_EQ(told.tx, tx_);
    EXPECT_EQ(told.vote.member, 2);
    std::vector<uint8_t> bytes;
    core::VoteSigningBytes(context_.network, tx_, told.vote, bytes);
    EXPECT_TRUE(suite_.Verify(suite_.PublicKeyFor(secret_), bytes, told.vote.signature));
    return told.vote.kind;
  }

  [[nodiscard]] core::VoteKind Promise(Role& role) {
    return KindOf(AnswerTo(role, kCoordinator, core::TxPromise{record_, {}}, HonestVote()));
  }

  [[nodiscard]] core::VoteKind Resolve(Role& role) {
    return KindOf(AnswerTo(role, kRival, core::TxResolve{record_}, HonestVote()));
  }

  core::ModelledSuite suite_;
  core::SecretKey secret_;
  InventedDirectory directory_;
  core::Context context_;
  core::TxRecord record_;
  core::Key256 tx_;
};

using DoubleSignerTest = TransactionRolesTest;
using LyingReplicaTest = TransactionRolesTest;

TEST_F(DoubleSignerTest, TellsCoordinatorsYesAndThoseWhoResolveNo) {
  const auto role = Make(Spec("double_signer"));
  EXPECT_EQ(Promise(*role), core::VoteKind::kApprove);
  EXPECT_EQ(Resolve(*role), core::VoteKind::kExpired);
}

TEST_F(DoubleSignerTest, CanApproveOrRefuseEverything) {
  const auto approves = Make(Spec("double_signer", {{"signs", "approvals"}}));
  EXPECT_EQ(Promise(*approves), core::VoteKind::kApprove);
  EXPECT_EQ(Resolve(*approves), core::VoteKind::kApprove);
  const auto refuses = Make(Spec("double_signer", {{"signs", "refusals"}}));
  EXPECT_EQ(Promise(*refuses), core::VoteKind::kExpired);
  EXPECT_EQ(Resolve(*refuses), core::VoteKind::kExpired);
}

TEST_F(DoubleSignerTest, RefusesToThoseWhoResolveWhatItKnowsToBeCommitted) {
  const auto role = Make(Spec("double_signer"));
  core::TxOutcome outcome;
  outcome.certificate.record = record_;
  outcome.certificate.committed = true;
  EXPECT_EQ(KindOf(AnswerTo(*role, kRival, core::TxResolve{record_}, outcome)),
            core::VoteKind::kExpired);
  // Whom nobody asked for is told the truth.
  const core::Body unasked = AnswerTo(*role, kRival, core::Ping{}, outcome);
  EXPECT_TRUE(std::holds_alternative<core::TxOutcome>(unasked));
}

TEST_F(DoubleSignerTest, TellsNobodyOfAProof) {
  const auto role = Make(Spec("double_signer"));
  core::Effects effects;
  effects.Send(kRival).body = core::DoubleVote();
  role->After({}, core::Wake{}, effects);
  EXPECT_TRUE(effects.sends()[0].to.empty());
}

TEST_F(DoubleSignerTest, WithRateZeroItsVotesAreItsOwn) {
  const auto role = Make(Spec("double_signer", {}, {0, 1}));
  const core::Body told = AnswerTo(*role, kCoordinator, core::TxPromise{record_, {}}, HonestVote());
  EXPECT_EQ(told, core::Body(HonestVote()));
}

core::BlockReply ReplyOf(uint64_t revision) {
  core::BlockReply reply;
  reply.block.bytes.fill(4);
  reply.state = core::BlockState::kPresent;
  reply.revision = revision;
  reply.latest = revision;
  reply.hash.bytes.fill(static_cast<uint8_t>(revision));
  reply.certificate.committed = true;
  reply.certificate.record.transaction.base_revision = revision - 1;
  reply.value = {1, 2};
  reply.cluster = 4;
  return reply;
}

class LieTest : public TransactionRolesTest {
 protected:
  // Of revision 7, when revision 5 was told before.
  [[nodiscard]] core::BlockReply Told(const char* lie) {
    const auto role = Make(Spec("lying_replica", {{"lie", lie}}));
    (void)AnswerTo(*role, kRival, core::BlockGet{}, ReplyOf(5));
    core::BlockReply told =
        std::get<core::BlockReply>(AnswerTo(*role, kRival, core::BlockGet{}, ReplyOf(7)));
    EXPECT_EQ(told.block, ReplyOf(7).block);
    EXPECT_EQ(told.cluster, 4);
    return told;
  }
};

TEST_F(LieTest, DenyTellsOfNoRevision) {
  const core::BlockReply told = Told("deny");
  EXPECT_EQ(told.state, core::BlockState::kAbsent);
  EXPECT_EQ(told.revision, 0u);
  EXPECT_EQ(told.latest, 0u);
  EXPECT_TRUE(told.certificate.empty());
}

TEST_F(LieTest, OlderTellsWhatWasToldFirst) {
  EXPECT_EQ(Told("older"), ReplyOf(5));
}

TEST_F(LieTest, InflateTellsOfOneMoreThanTheCertificateProves) {
  const core::BlockReply told = Told("inflate");
  EXPECT_EQ(told.revision, 8u);
  EXPECT_EQ(told.latest, 8u);
  EXPECT_NE(told.hash, ReplyOf(7).hash);
  EXPECT_EQ(told.certificate, ReplyOf(7).certificate);
}

TEST_F(LieTest, BuryTellsOfATombstoneWithoutACertificate) {
  const core::BlockReply told = Told("bury");
  EXPECT_EQ(told.state, core::BlockState::kDeleted);
  EXPECT_EQ(told.revision, 1007u);
  EXPECT_TRUE(told.certificate.empty());
}

TEST_F(LyingReplicaTest, OfWhatItDoesNotHoldItSaysSo) {
  const auto role = Make(Spec("lying_replica", {{"lie", "bury"}}));
  EXPECT_EQ(AnswerTo(*role, kRival, core::BlockGet{}, core::BlockReply()),
            core::Body(core::BlockReply()));
}

TEST_F(LyingReplicaTest, WithRateZeroItIsHonest) {
  const auto role = Make(Spec("lying_replica", {}, {0, 1}));
  EXPECT_EQ(AnswerTo(*role, kRival, core::BlockGet{}, ReplyOf(7)), core::Body(ReplyOf(7)));
}

}  // namespace
}  // namespace sim
