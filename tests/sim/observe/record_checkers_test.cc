// MM-1, MM-3 and MM-5: what holders hold and seekers see, on facts written by hand.
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "sim/observe/checkers/authenticity_checker.h"
#include "sim/observe/checkers/freshness_checker.h"
#include "sim/observe/checkers/key_checker.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

const core::Key256 kTopic = TopicKey(0x77);

core::Held HeldUnder(const FakeWorld& world, uint32_t owner, uint8_t specificity) {
  core::Held held;
  held.topic = kTopic;
  held.owner = {owner};
  held.specificity = specificity;
  held.key = core::Splice(world.IdOf(owner), kTopic, specificity);
  return held;
}

TEST(KeyTest, AKeyOfItsOwnerTopicAndSpecificityPasses) {
  FakeWorld world(10);
  KeyChecker checker;
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
  for (const uint8_t c : std::vector<uint8_t>{0, 1, 7, 200})
    world.Tell(checker, 1, 9, HeldUnder(world, 3, c));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  EXPECT_EQ(checker.premises(), 4u);
}

TEST(KeyTest, AShiftedKeyFails) {
  FakeWorld world(10);
  KeyChecker checker;
  core::Held held = HeldUnder(world, 3, 7);
  held.key.FlipBit(3);
  world.Tell(checker, 1, 9, held);
  ASSERT_EQ(checker.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker.first()->peer, core::PeerId{3});
}

TEST(KeyTest, LiarsAndSaltedRootsAreNotJudged) {
  FakeWorld world(10);
  KeyChecker checker;
  core::Held held = HeldUnder(world, 3, 0);
  held.key.FlipBit(3);
  world.config.matchmaking.roots = 3;
  world.Tell(checker, 1, 9, held);
  world.config.matchmaking.roots = 1;
  world.dishonest.insert(3);
  world.Tell(checker, 2, 9, held);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous);
}

core::Published PublishedAs(uint64_t sequence, core::Role role) {
  core::Published published;
  published.topic = kTopic;
  published.sequence = sequence;
  published.role = role;
  return published;
}

core::Record RecordOf(uint32_t owner, uint64_t sequence) {
  core::Record record;
  record.topic = kTopic;
  record.peer = {owner};
  record.sequence = sequence;
  return record;
}

core::Seen Seen(const core::Record& record) {
  return {.topic = kTopic, .record = &record, .received = {}};
}

TEST(FreshnessTest, ARecordWithinItsLifePasses) {
  FakeWorld world(10);
  FreshnessChecker checker;
  world.Tell(checker, 1000, 3, PublishedAs(50, core::Role::kWorker));
  world.Tell(checker, 91'000, 5, Seen(RecordOf(3, 50)));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
}

TEST(FreshnessTest, AnOldRecordFailsAlsoWhenTheOwnerHasRenewedSince) {
  FakeWorld world(10);
  FreshnessChecker checker;
  world.Tell(checker, 1000, 3, PublishedAs(50, core::Role::kMatcher));
  world.Tell(checker, 12'000, 3, PublishedAs(51, core::Role::kMatcher));
  world.Tell(checker, 13'000, 5, Seen(RecordOf(3, 51)));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed);
  world.Tell(checker, 16'000, 5, Seen(RecordOf(3, 50)));  // 15 s; 14.1 s are allowed.
  EXPECT_EQ(checker.verdict(), Verdict::kFailed);
}

TEST(FreshnessTest, ARefusedRecordStoodInAReplyToo) {
  FakeWorld world(10);
  FreshnessChecker checker;
  world.Tell(checker, 1000, 3, PublishedAs(50, core::Role::kWorker));
  core::RecordRefused refused{{9}, {3}, core::RecordRefused::Reason::kExpired, 50};
  world.dishonest.insert(9);
  world.Tell(checker, 200'000, 5, refused);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous) << "a lying holder is an attack";
  world.dishonest.clear();
  world.Tell(checker, 200'000, 9, refused);
  EXPECT_EQ(checker.verdict(), Verdict::kVacuous) << "a holder that takes nothing old is right";
  world.Tell(checker, 200'000, 5, refused);
  EXPECT_EQ(checker.verdict(), Verdict::kFailed);
}

TEST(FreshnessTest, AForgottenSequenceIsAtLeastAsOldAsTheOldestRemembered) {
  FakeWorld world(10);
  FreshnessChecker checker;
  for (uint64_t i = 0; i < 9; ++i) {
    world.Tell(checker, 1000 + static_cast<int64_t>(i) * 30'000, 3,
               PublishedAs(50 + i, core::Role::kWorker));
  }
  world.Tell(checker, 242'000, 5, Seen(RecordOf(3, 50)));
  EXPECT_EQ(checker.verdict(), Verdict::kPassed) << "the oldest remembered is 91 s old";
  world.Tell(checker, 270'000, 5, Seen(RecordOf(3, 50)));
  EXPECT_EQ(checker.verdict(), Verdict::kFailed);
}

// A world with a matcher 0 and a worker whose records can be signed.
class AuthenticityTest : public ::testing::Test {
 protected:
  AuthenticityTest() {
    secret_.seed[0] = 9;
    worker_ = world_.AddSigner(secret_);
    core::MatchCommand command;
    command.filter.must.Add("gpu");
    command.filter.min_budget = 1;
    world_.plan.workload.emplace_back().command = command;
  }

  core::Record SignedRecord(const char* capability, uint16_t budget) {
    core::Record record = RecordOf(worker_.value, 1);
    record.capabilities.Add(capability);
    record.budget = budget;
    std::vector<uint8_t> bytes;
    core::RecordSigningBytes(world_.context().network, record, world_.IdOf(worker_.value), bytes);
    record.signature = world_.context().suite->Sign(secret_, bytes);
    return record;
  }

  void Begin() {
    world_.TellWorld(checker_, 100, WorldFact::Kind::kCommanded, 0, 0);
    core::MatchStarted match;
    match.topic = kTopic;
    world_.Tell(checker_, 100, 0, match);
  }

  FakeWorld world_{4};
  core::SecretKey secret_;
  core::PeerId worker_;
  AuthenticityChecker checker_;
};

TEST_F(AuthenticityTest, ASignedRecordThatFitsPasses) {
  EXPECT_EQ(checker_.verdict(), Verdict::kVacuous);
  Begin();
  world_.Tell(checker_, 200, 0, Seen(SignedRecord("gpu", 1)));
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
}

TEST_F(AuthenticityTest, AForgedRecordFails) {
  core::Record record = SignedRecord("gpu", 1);
  record.signature[7] = static_cast<uint8_t>(record.signature[7] ^ 1);
  Begin();
  world_.Tell(checker_, 200, 0, Seen(record));
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->expected, "a signature of its owner");
}

TEST_F(AuthenticityTest, AChangedFieldFails) {
  core::Record record = SignedRecord("gpu", 1);
  record.budget = 9;
  Begin();
  world_.Tell(checker_, 200, 0, Seen(record));
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

TEST_F(AuthenticityTest, ARecordOutsideTheCommandsFilterFails) {
  Begin();
  world_.Tell(checker_, 200, 0, Seen(SignedRecord("cpu", 1)));
  ASSERT_EQ(checker_.verdict(), Verdict::kFailed);
  EXPECT_EQ(checker_.first()->expected, "a record that passes the filter of the command");
}

TEST_F(AuthenticityTest, AWorkerWithoutBudgetFailsOnlyWhereTheFilterAsksForIt) {
  world_.Tell(checker_, 50, 1, Seen(SignedRecord("cpu", 0)));
  EXPECT_EQ(checker_.verdict(), Verdict::kPassed) << "peer 1 was given no filter";
  Begin();
  world_.Tell(checker_, 200, 0, Seen(SignedRecord("gpu", 0)));
  EXPECT_EQ(checker_.verdict(), Verdict::kFailed);
}

}  // namespace
}  // namespace sim
