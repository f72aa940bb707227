#include "core/recording/replayer.h"

#include <gtest/gtest.h>

#include "tests/core/recording/recorded_rig.h"

namespace core {
namespace {

TEST(ReplayerTest, ALifeReplaysWithEveryStateEqual) {
  RecordedRig rig;
  rig.Live(40);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_FALSE(replay.divergence.has_value()) << replay.divergence->found;
  EXPECT_EQ(replay.inputs, rig.recorder->inputs());
  EXPECT_EQ(replay.compared, rig.recorder->inputs());
  EXPECT_EQ(replay.missing, 0u);
  EXPECT_FALSE(replay.torn.has_value());
  EXPECT_GT(replay.compared, 100u);
}

TEST(ReplayerTest, HandlesAreThoseOfTheHostEvenWhenItLearntMoreThanThePeerSaw) {
  RecordedRig rig;
  // The host knows these before anything is recorded, and in an order of its own.
  for (uint32_t number = RecordedRig::kOthers; number > 12; --number) {
    (void)rig.directory.Learn(rig.identities[number].contact);
  }
  rig.Live(20);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_FALSE(replay.divergence.has_value());
  EXPECT_EQ(replay.compared, rig.recorder->inputs());
}

TEST(ReplayerTest, DigestsThatAreFarApartStillCompare) {
  RecordedRig rig({.head_bytes = size_t{1} << 20, .tail_bytes = 0, .digest_every = 10});
  rig.Live(20);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.fed, rig.recorder->inputs());
  EXPECT_LE(replay.compared, replay.fed / 10 + 1);
  EXPECT_GE(replay.compared, replay.fed / 20);
  EXPECT_FALSE(replay.divergence.has_value());
}

TEST(ReplayerTest, AStepThatBroughtTheProcessDownIsTheLastAndNotADivergence) {
  RecordedRig rig;
  rig.Live(5);
  rig.recorder->Record(rig.now, Command(LookupCommand{}));  // No step, no digest: the end.
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_FALSE(replay.divergence.has_value());
  EXPECT_EQ(replay.fed, rig.recorder->inputs());
  EXPECT_EQ(replay.compared, replay.fed - 1);
}

TEST(ReplayerTest, ASignatureServesOnlyTheBytesThatItWasMadeOver) {
  const SodiumSuite suite;
  const RigIdentity identity = MakeRigIdentity(1);
  const std::vector<uint8_t> bytes = {1, 2, 3};
  const std::vector<uint8_t> others = {1, 2, 4};
  const std::vector<Signature> made = {suite.Sign(identity.secret, bytes)};
  RecordedSuite replay(suite, identity.contact.public_key);
  const SecretKey blank;
  EXPECT_EQ(replay.PublicKeyFor(blank), identity.contact.public_key);
  replay.Give(made);
  EXPECT_EQ(replay.Verdict(), RecordedSuite::Flaw::kUnused);
  EXPECT_EQ(replay.Sign(blank, bytes), made[0]);
  EXPECT_EQ(replay.Verdict(), RecordedSuite::Flaw::kNone);
  (void)replay.Sign(blank, bytes);
  EXPECT_EQ(replay.Verdict(), RecordedSuite::Flaw::kMissing);
  replay.Give(made);
  (void)replay.Sign(blank, others);
  EXPECT_EQ(replay.Verdict(), RecordedSuite::Flaw::kFalse);
}

TEST(ReplayerTest, AStrangerStaysAStrangerUntilTheHostTookIt) {
  const SodiumSuite suite;
  RecordedContacts contacts(suite);
  const RigIdentity one = MakeRigIdentity(1);
  EXPECT_EQ(contacts.Learn(one.contact), kNoPeer);
  EXPECT_TRUE(contacts.Introduce(PeerId{40}, one.contact.public_key));
  EXPECT_EQ(contacts.Learn(one.contact), PeerId{40});
  EXPECT_EQ(contacts.FindByNodeId(one.contact.node_id), PeerId{40});
  EXPECT_EQ(contacts.NodeIdOf(PeerId{40}), one.contact.node_id);
  Contact forged = one.contact;
  forged.public_key[0] ^= 1;
  EXPECT_EQ(contacts.Learn(forged), kNoPeer);
}

}  // namespace
}  // namespace core
