#include "node/host/node_directory.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/crypto/sodium_suite.h"

namespace node {
namespace {

class NodeDirectoryTest : public testing::Test {
 protected:
  core::Contact MakeContact(uint64_t number,
                            std::vector<std::string> addresses = {"192.0.2.1:7420"}) {
    core::Random random({.seed = number, .purpose = core::Purpose::kTest});
    core::Contact contact;
    random.Fill(contact.public_key);
    contact.node_id.bytes = suite_.Sha256(contact.public_key);
    for (const std::string& address : addresses)
      contact.addresses.push_back(core::Address(address));
    return contact;
  }

  std::vector<std::string> AddressesOf(core::PeerId peer) {
    core::AddressList list;
    directory_.AppendAddresses(peer, list);
    std::vector<std::string> texts;
    for (const core::Address& address : list) texts.emplace_back(address.view());
    return texts;
  }

  // Learns contacts from `number` on until the directory takes no more.
  std::vector<core::PeerId> Fill(uint64_t number) {
    std::vector<core::PeerId> peers;
    for (;; ++number) {
      const core::PeerId peer = directory_.Learn(MakeContact(number));
      if (peer == core::kNoPeer) return peers;
      peers.push_back(peer);
    }
  }

  using Texts = std::vector<std::string>;

  core::SodiumSuite suite_;
  core::Contact self_ = MakeContact(1'000'000);
  NodeDirectory directory_{self_.public_key, suite_, 64};
};

TEST_F(NodeDirectoryTest, TheNodeItselfIsHandleZero) {
  EXPECT_EQ(directory_.FindByNodeId(self_.node_id), NodeDirectory::kSelf);
  EXPECT_EQ(directory_.NodeIdOf(NodeDirectory::kSelf), self_.node_id);
  EXPECT_EQ(AddressesOf(NodeDirectory::kSelf), Texts{std::string(kNoAddress)});
}

TEST_F(NodeDirectoryTest, NobodyElseChangesWhatTheNodeTellsOfItself) {
  core::AddressList own;
  own.push_back(core::Address("198.51.100.7:7420"));
  directory_.SetOwnAddresses(own);
  EXPECT_EQ(directory_.Learn(self_), NodeDirectory::kSelf);
  EXPECT_EQ(directory_.Meet(self_), core::kNoPeer);
  EXPECT_EQ(AddressesOf(NodeDirectory::kSelf), Texts{"198.51.100.7:7420"});
}

TEST_F(NodeDirectoryTest, AContactKeepsItsHandle) {
  const core::PeerId peer = directory_.Learn(MakeContact(1));
  ASSERT_NE(peer, core::kNoPeer);
  EXPECT_EQ(directory_.Learn(MakeContact(1)), peer);
  EXPECT_EQ(directory_.Meet(MakeContact(1)), peer);
  EXPECT_EQ(directory_.FindByNodeId(MakeContact(1).node_id), peer);
  EXPECT_EQ(directory_.PublicKeyOf(peer), MakeContact(1).public_key);
}

TEST_F(NodeDirectoryTest, AForgedContactIsRefused) {
  core::Contact forged = MakeContact(1);
  forged.public_key[0] ^= 1;
  EXPECT_EQ(directory_.Learn(forged), core::kNoPeer);
  ASSERT_NE(directory_.Learn(MakeContact(1)), core::kNoPeer);
  EXPECT_EQ(directory_.Learn(forged), core::kNoPeer);
}

TEST_F(NodeDirectoryTest, ProvenAddressesStandUntilThePeerIsDoubted) {
  const core::PeerId peer = directory_.Learn(MakeContact(1, {"192.0.2.1:1"}));
  EXPECT_EQ(directory_.Learn(MakeContact(1, {"192.0.2.2:2"})), peer);
  EXPECT_EQ(AddressesOf(peer), Texts{"192.0.2.2:2"});
  EXPECT_EQ(directory_.Meet(MakeContact(1, {"192.0.2.3:3"})), peer);
  EXPECT_EQ(directory_.Learn(MakeContact(1, {"192.0.2.4:4"})), peer);
  EXPECT_EQ(AddressesOf(peer), Texts{"192.0.2.3:3"});
  directory_.Doubt(peer);
  EXPECT_EQ(directory_.Learn(MakeContact(1, {"192.0.2.5:5"})), peer);
  EXPECT_EQ(AddressesOf(peer), Texts{"192.0.2.5:5"});
}

TEST_F(NodeDirectoryTest, APeerThatCannotBeDialledIsHandedOnWithAPlaceholder) {
  const core::PeerId peer = directory_.Meet(MakeContact(1, {}));
  EXPECT_TRUE(directory_.AddressesOf(peer).empty());
  EXPECT_EQ(AddressesOf(peer), Texts{std::string(kNoAddress)});
  EXPECT_EQ(directory_.Learn(MakeContact(2, {std::string(kNoAddress)})).value, peer.value + 1);
  EXPECT_TRUE(directory_.AddressesOf({peer.value + 1}).empty());
}

TEST_F(NodeDirectoryTest, StrangersAreRefusedWhenItIsFullAndPeersAreStillMet) {
  EXPECT_EQ(Fill(1).size(), 63u);
  EXPECT_EQ(directory_.refused(), 1u);
  EXPECT_NE(directory_.Meet(MakeContact(500)), core::kNoPeer);
  for (uint64_t i = 1; i < NodeDirectory::kMeetingRoom; ++i) {
    ASSERT_NE(directory_.Meet(MakeContact(500 + i)), core::kNoPeer);
  }
  EXPECT_EQ(directory_.Meet(MakeContact(9'000)), core::kNoPeer);
  EXPECT_EQ(directory_.size(), 64 + NodeDirectory::kMeetingRoom);
}

TEST_F(NodeDirectoryTest, ASweepFreesTheLeastRecentlyHeardThatNobodyHolds) {
  const auto peers = Fill(1);
  ASSERT_TRUE(directory_.WantsSweep());
  EXPECT_EQ(directory_.Learn(MakeContact(2)), peers[1]);  // Heard again.
  core::PeerSet held;
  held.Add(peers[0]);
  EXPECT_EQ(directory_.Sweep(held).size(), 32u);
  EXPECT_FALSE(directory_.WantsSweep());
  EXPECT_EQ(directory_.FindByNodeId(MakeContact(1).node_id), peers[0]);
  EXPECT_EQ(directory_.FindByNodeId(MakeContact(2).node_id), peers[1]);
  EXPECT_EQ(directory_.FindByNodeId(MakeContact(3).node_id), core::kNoPeer);
  EXPECT_EQ(directory_.FindByNodeId(MakeContact(63).node_id), peers[62]);
  EXPECT_EQ(directory_.NodeIdOf(peers[0]), MakeContact(1).node_id);
}

TEST_F(NodeDirectoryTest, AFreedHandleIsGivenToTheNextStranger) {
  const auto peers = Fill(1);
  ASSERT_EQ(directory_.Sweep({}).front(), peers[0]);
  const core::PeerId next = directory_.Learn(MakeContact(900));
  EXPECT_EQ(next, peers[0]);
  EXPECT_EQ(directory_.NodeIdOf(next), MakeContact(900).node_id);
  EXPECT_EQ(directory_.size(), 33u);
}

TEST_F(NodeDirectoryTest, WhenEverybodyIsHeldNothingIsFreedAndNobodyIsConfused) {
  const auto peers = Fill(1);
  core::PeerSet held;
  held.AddAll(peers);
  EXPECT_TRUE(directory_.Sweep(held).empty());
  EXPECT_EQ(directory_.Learn(MakeContact(900)), core::kNoPeer);
  for (size_t i = 0; i < peers.size(); ++i) {
    EXPECT_EQ(directory_.NodeIdOf(peers[i]), MakeContact(i + 1).node_id);
  }
}

TEST_F(NodeDirectoryTest, AFloodNeverPassesTheBound) {
  for (uint64_t i = 1; i < 5'000; ++i) {
    (void)directory_.Learn(MakeContact(i));
    ASSERT_LE(directory_.size(), 64u);
    if (i % 50 == 0 && directory_.WantsSweep()) (void)directory_.Sweep({});
  }
  EXPECT_GT(directory_.swept(), 2'000u);
}

}  // namespace
}  // namespace node
