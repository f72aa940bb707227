// Roles of storage nodes: each changes exactly what it says.
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "core/crypto/modelled_suite.h"
#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

constexpr core::PeerId kMe{kSelf};
constexpr core::PeerId kOther{kAsker};

core::KeyedRevision BlockOf(uint64_t seed) {
  return {InventedId(seed), 2};
}

class RingRolesTest : public testing::Test {
 protected:
  RingRolesTest() : suite_(core::Digest256{}), directory_(100) {
    secret_.seed.fill(5);
    context_.directory = &directory_;
    context_.suite = &suite_;
  }

  std::unique_ptr<Role> Make(const AdversarySpec& spec) {
    RoleContext context{.self = kMe,
                        .context = &context_,
                        .secret = &secret_,
                        .seed = 9,
                        .incarnation = 0,
                        .accomplices = {},
                        .ghosts = {}};
    auto made = MakeRole(spec, context);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return std::move(made).value();
  }

  // What becomes of the honest answer to this body.
  core::Body AnswerTo(Role& role, core::Body asked, core::Body honest, core::Time now = {}) {
    core::Message arrives;
    arrives.body = std::move(asked);
    core::Input input = core::Arrival{kOther, &arrives};
    EXPECT_TRUE(role.Before(now, input));
    effects_.Clear();
    effects_.Send(kOther).body = std::move(honest);
    role.After(now, input, effects_);
    return effects_.sends()[0].message.body;
  }

  static core::RingInfo Word(core::PeerId peer, uint64_t sequence, uint8_t ring) {
    return {.peer = peer, .sequence = sequence, .ring = ring, .from = ring};
  }

  core::ModelledSuite suite_;
  core::SecretKey secret_;
  InventedDirectory directory_;
  core::Context context_;
  core::Effects effects_;
};

using FalseHolderTest = RingRolesTest;
using RingLiarTest = RingRolesTest;
using SlowFillerTest = RingRolesTest;

TEST_F(FalseHolderTest, GivesNothingOut) {
  for (const char* claims : {"holding", "nothing"}) {
    const auto role = Make(Spec("false_holder", {{"claims", claims}}));
    EXPECT_EQ(AnswerTo(*role, core::RangeRequest{}, core::Range{{BlockOf(1)}, true}),
              core::Body(core::Range{}));
    core::RangeDigest digest;
    digest.buckets.assign(64, {7, 7});
    const auto told =
        std::get<core::RangeDigest>(AnswerTo(*role, core::RangeDigestRequest{}, digest));
    ASSERT_EQ(told.buckets.size(), 64u);
    for (const core::BucketDigest& bucket : told.buckets) EXPECT_EQ(bucket, core::BucketDigest{});
    core::ArchiveReply reply{
        .key = InventedId(1), .state = core::ArchiveState::kHeld, .archive = {}, .infos = {}};
    reply.archive.revision = 2;
    const auto denied =
        std::get<core::ArchiveReply>(AnswerTo(*role, core::ArchiveRequest{}, reply));
    EXPECT_EQ(denied.state, core::ArchiveState::kNotHeld);
    EXPECT_TRUE(denied.archive.empty());
    const core::ArchiveAck ack{.block = BlockOf(1), .verdict = core::StoreVerdict::kStored};
    EXPECT_EQ(AnswerTo(*role, core::ArchiveStore{}, ack), core::Body(ack));
  }
}

TEST_F(FalseHolderTest, ClaimsAllOrNothing) {
  const core::ConfirmRequest asked{{BlockOf(1), BlockOf(2)}};
  const core::Confirm honest{.infos = {}, .missing = {BlockOf(1)}};
  core::HoldingProof proof{.block = BlockOf(1), .state = core::ArchiveState::kHeld, .proof = {}};
  const auto holds = Make(Spec("false_holder", {{"claims", "holding"}}));
  EXPECT_TRUE(std::get<core::Confirm>(AnswerTo(*holds, asked, honest)).missing.empty());
  const auto shown =
      std::get<core::HoldingProof>(AnswerTo(*holds, core::HoldingChallenge{}, proof));
  EXPECT_EQ(shown.state, core::ArchiveState::kHeld);
  EXPECT_NE(shown.proof, core::Key256{});
  const auto denies = Make(Spec("false_holder", {{"claims", "nothing"}}));
  EXPECT_EQ(std::get<core::Confirm>(AnswerTo(*denies, asked, honest)).missing, asked.blocks);
  EXPECT_EQ(std::get<core::HoldingProof>(AnswerTo(*denies, core::HoldingChallenge{}, proof)).state,
            core::ArchiveState::kNotHeld);
}

TEST_F(FalseHolderTest, LendsWhatItDoesNotHave) {
  const auto role = Make(Spec("false_holder", {{"room", "1000"}}));
  core::Input input = core::Command(core::LendCommand{5});
  EXPECT_TRUE(role->Before({}, input));
  EXPECT_EQ(std::get<core::LendCommand>(std::get<core::Command>(input)).bytes, 5000u);
}

TEST_F(RingLiarTest, HidesTheOthers) {
  const auto role = Make(Spec("ring_liar", {{"lie", "hide"}}));
  const core::Refs honest{{Word(kMe, 1, 2), Word({7}, 1, 0)}};
  const auto told = std::get<core::Refs>(AnswerTo(*role, core::RefsRequest{}, honest));
  EXPECT_EQ(told.infos, (std::vector{honest.infos[0]}));
}

TEST_F(RingLiarTest, SaysOfItselfWhatIsNotSoAndSignsIt) {
  for (const bool moves : {false, true}) {
    const auto role = Make(Spec("ring_liar", {{"lie", moves ? "moving" : "inflate"}}));
    const core::Refs honest{{Word(kMe, 1, 2), Word({7}, 1, 3)}};
    const auto told = std::get<core::Refs>(AnswerTo(*role, core::RefsRequest{}, honest));
    ASSERT_EQ(told.infos.size(), 2u);
    EXPECT_EQ(told.infos[1], honest.infos[1]);
    const core::RingInfo& own = told.infos[0];
    EXPECT_EQ(own.status, moves ? core::RingStatus::kMoving : core::RingStatus::kActive);
    EXPECT_EQ(own.ring, moves ? 1 : 0);
    EXPECT_EQ(own.from, 0);
    std::vector<uint8_t> bytes;
    core::RingInfoSigningBytes(context_.network, own, directory_.NodeIdOf(kMe), bytes);
    EXPECT_TRUE(suite_.Verify(suite_.PublicKeyFor(secret_), bytes, own.signature));
  }
}

TEST_F(RingLiarTest, ReplaysTheFirstWordOfEachOther) {
  const auto role = Make(Spec("ring_liar", {{"lie", "replay"}}));
  const core::RingInfo old = Word({7}, 1, 0);
  const core::RingInfo later = Word({7}, 9, 3);
  const core::RingInfo own = Word(kMe, 4, 2);
  (void)AnswerTo(*role, core::RefsRequest{.infos = {old}, .keys = {}}, core::Refs{});
  const auto told =
      std::get<core::Refs>(AnswerTo(*role, core::RefsRequest{.infos = {later}, .keys = {}},
                                    core::Refs{{own, later, Word({8}, 1, 1)}}));
  EXPECT_EQ(told.infos, (std::vector{own, old, Word({8}, 1, 1)}));
}

TEST_F(SlowFillerTest, AnswersLateAndOneBlockAtATime) {
  const auto role = Make(Spec("slow_filler", {{"delay_ms", "500"}}));
  const core::Time now{core::Seconds(10).us};
  (void)AnswerTo(*role, core::RangeRequest{}, core::Range{{BlockOf(1), BlockOf(2)}, false}, now);
  EXPECT_TRUE(effects_.sends()[0].to.empty());
  EXPECT_EQ(role->NextDeadline(), now + core::Milliseconds(500));
  effects_.Clear();
  role->After(now + core::Milliseconds(499), core::Wake{}, effects_);
  EXPECT_TRUE(effects_.sends().empty());
  role->After(now + core::Milliseconds(500), core::Wake{}, effects_);
  ASSERT_EQ(effects_.sends().size(), 1u);
  EXPECT_EQ(effects_.sends()[0].to, (std::vector{kOther}));
  EXPECT_EQ(effects_.sends()[0].message.body, core::Body(core::Range{{BlockOf(1)}, true}));
  EXPECT_EQ(role->NextDeadline(), core::Time::Never());
  (void)AnswerTo(*role, core::Ping{}, core::Pong{}, now);
  EXPECT_FALSE(effects_.sends()[0].to.empty()) << "what nobody fills from is in time";
}

TEST_F(RingRolesTest, ARateOfZeroChangesNothing) {
  for (const char* name : {"false_holder", "ring_liar", "slow_filler"}) {
    const auto role = Make(Spec(name, {}, {0, 1}));
    const core::Refs refs{{Word(kMe, 1, 2), Word({7}, 1, 0)}};
    EXPECT_EQ(AnswerTo(*role, core::RefsRequest{}, refs), core::Body(refs));
    const core::Range range{{BlockOf(1), BlockOf(2)}, true};
    EXPECT_EQ(AnswerTo(*role, core::RangeRequest{}, range), core::Body(range));
    EXPECT_FALSE(effects_.sends()[0].to.empty());
  }
}

}  // namespace
}  // namespace sim
