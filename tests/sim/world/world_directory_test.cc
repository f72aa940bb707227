#include "sim/world/world_directory.h"

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"

namespace sim {
namespace {

Scenario TwoGroups() {
  Scenario scenario;
  Group honest;
  honest.name = "honest";
  honest.count = 100;
  Group grinders;
  grinders.name = "grinders";
  grinders.first = 100;
  grinders.count = 5;
  grinders.grind_bits = 12;
  scenario.groups = {honest, grinders};
  return scenario;
}

class WorldDirectoryTest : public testing::Test {
 protected:
  WorldDirectoryTest() : suite_(core::Digest256{9}) {
    target_.bytes.fill(0xa5);
    other_.bytes.fill(0x5a);
  }

  WorldDirectory Make(uint64_t seed) {
    return {TwoGroups(), seed, suite_, {{}, {target_, other_}}};
  }

  core::ModelledSuite suite_;
  core::Key256 target_;
  core::Key256 other_;
};

TEST_F(WorldDirectoryTest, FindsEveryPeerByItsNodeIdAndNobodyElse) {
  const WorldDirectory directory = Make(1);
  for (uint32_t i = 0; i < directory.size(); ++i) {
    const core::PeerId peer{i};
    EXPECT_EQ(directory.FindByNodeId(directory.NodeIdOf(peer)), peer);
    EXPECT_EQ(suite_.Sha256(directory.PublicKeyOf(peer)), directory.NodeIdOf(peer).bytes);
    EXPECT_EQ(suite_.PublicKeyFor(directory.SecretOf(peer)), directory.PublicKeyOf(peer));
  }
  EXPECT_EQ(directory.FindByNodeId(target_), core::kNoPeer);
}

TEST_F(WorldDirectoryTest, RefusesAContactWhoseKeyIsNotItsOwn) {
  WorldDirectory directory = Make(1);
  core::Contact contact;
  contact.node_id = directory.NodeIdOf(core::PeerId{3});
  contact.public_key = directory.PublicKeyOf(core::PeerId{3});
  EXPECT_EQ(directory.Learn(contact), core::PeerId{3});
  contact.public_key = directory.PublicKeyOf(core::PeerId{4});
  EXPECT_EQ(directory.Learn(contact), core::kNoPeer);
}

TEST_F(WorldDirectoryTest, GrindersSitNextToTheirTargetsInTurn) {
  const WorldDirectory directory = Make(1);
  for (uint32_t i = 100; i < 105; ++i) {
    EXPECT_GE(
        core::CommonPrefix(directory.NodeIdOf(core::PeerId{i}), i % 2 == 0 ? target_ : other_), 12);
  }
}

TEST_F(WorldDirectoryTest, TheSeedMakesTheIdentities) {
  EXPECT_EQ(Make(1).NodeIdOf(core::PeerId{7}), Make(1).NodeIdOf(core::PeerId{7}));
  EXPECT_NE(Make(1).NodeIdOf(core::PeerId{7}), Make(2).NodeIdOf(core::PeerId{7}));
}

}  // namespace
}  // namespace sim
