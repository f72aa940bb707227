#include "node/handshake/identity.h"

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "node/handshake/entropy.h"
#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

TEST(IdentityTest, TheProofBindsKeyNetworkAndStaticKey) {
  const TestNode node(1);
  const TestNode other(2);
  const Identity& identity = node.identity;
  const core::DhKey& static_key = identity.static_keys().public_key();
  EXPECT_TRUE(VerifyStaticKey(identity.key(), identity.network(), static_key, identity.proof()));
  EXPECT_FALSE(
      VerifyStaticKey(other.identity.key(), identity.network(), static_key, identity.proof()));
  EXPECT_FALSE(VerifyStaticKey(identity.key(), NetworkOf(1), static_key, identity.proof()));
  EXPECT_FALSE(VerifyStaticKey(identity.key(), identity.network(),
                               other.identity.static_keys().public_key(), identity.proof()));
  EXPECT_FALSE(
      VerifyStaticKey(identity.key(), identity.network(), static_key, other.identity.proof()));
}

// The bytes of docs/wire_format.md.
TEST(IdentityTest, TheProofSignsDomainNetworkAndKey) {
  const TestNode node(1);
  Bytes bytes(kStaticKeyDomain.begin(), kStaticKeyDomain.end());
  bytes.insert(bytes.end(), 32, kNetworkByte);
  const core::DhKey& key = node.identity.static_keys().public_key();
  bytes.insert(bytes.end(), key.begin(), key.end());
  EXPECT_TRUE(core::SodiumSuite().Verify(node.identity.key(), bytes, node.identity.proof()));
}

TEST(IdentityTest, TheNodeIdIsTheHashOfThePublicKey) {
  const TestNode node(1);
  const core::SodiumSuite suite;
  EXPECT_EQ(node.identity.key(), suite.PublicKeyFor(SecretOf(1)));
  EXPECT_EQ(node.identity.node_id().bytes, suite.Sha256(node.identity.key()));
}

TEST(IdentityTest, AnotherStartHasAnotherStaticKeyAndTheSameId) {
  const Identity first(SecretOf(1), DrawKey(), NetworkOf(5));
  const Identity second(SecretOf(1), DrawKey(), NetworkOf(5));
  EXPECT_EQ(first.node_id(), second.node_id());
  EXPECT_NE(first.static_keys().public_key(), second.static_keys().public_key());
  EXPECT_NE(first.proof(), second.proof());
}

TEST(EntropyTest, FillsEverything) {
  std::array<uint8_t, 4096> one{};
  std::array<uint8_t, 4096> two{};
  FillRandom(one);
  FillRandom(two);
  EXPECT_NE(one, two);
  // 64 zeros in a row: a part that was not filled.
  size_t longest = 0;
  size_t run = 0;
  for (const uint8_t byte : one) {
    run = byte == 0 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  EXPECT_LT(longest, 64u);
}

}  // namespace
}  // namespace node
