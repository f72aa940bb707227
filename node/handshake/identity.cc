#include "node/handshake/identity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/crypto/sodium_suite.h"

namespace node {
namespace {

std::array<uint8_t, kStaticKeyDomain.size() + 32 + 32> ProofBytes(const core::Key256& network,
                                                                  const core::DhKey& static_key) {
  std::array<uint8_t, kStaticKeyDomain.size() + 32 + 32> bytes;
  auto at = std::copy(kStaticKeyDomain.begin(), kStaticKeyDomain.end(), bytes.begin());
  at = std::copy(network.bytes.begin(), network.bytes.end(), at);
  std::copy(static_key.begin(), static_key.end(), at);
  return bytes;
}

}  // namespace

core::NodeId NodeIdOf(const core::PublicKey& key) {
  return {core::SodiumSuite().Sha256(key)};
}

bool VerifyStaticKey(const core::PublicKey& key, const core::Key256& network,
                     const core::DhKey& static_key, const core::Signature& proof) {
  return core::SodiumSuite().Verify(key, ProofBytes(network, static_key), proof);
}

Identity::Identity(const core::SecretKey& secret, core::NoiseKey static_secret,
                   const core::Key256& network)
    : secrets_(MakeLocked<Secrets>(secret, core::DhKeyPair(std::move(static_secret)))),
      network_(network),
      key_(core::SodiumSuite().PublicKeyFor(secret)),
      node_id_(NodeIdOf(key_)),
      proof_(core::SodiumSuite().Sign(secret, ProofBytes(network, static_keys().public_key()))) {}

}  // namespace node
