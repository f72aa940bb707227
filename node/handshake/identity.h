// Who this node is, for the life of the process: the Ed25519 key that its node id is the hash of,
// an X25519 static key for the Noise handshake, and the proof that the one speaks for the other.
//
// The proof is the Ed25519 signature of the bytes
//   "orb/static/1"   network id 32   X25519 public key 32
// Invariants: (1) the proof is made once, so a handshake signs nothing; (2) both secrets lie in
// locked memory (node/handshake/locked_memory) from construction to destruction and are wiped then;
// (3) nothing here is ever printed. Thread rule: const calls from any thread. Source: issue 3,
// point 2; docs/wire_format.md, "Handshake".
#pragma once

#include <string_view>

#include "core/base/ids.h"
#include "core/crypto/noise.h"
#include "core/crypto/suite.h"
#include "node/handshake/locked_memory.h"

namespace node {

inline constexpr std::string_view kStaticKeyDomain = "orb/static/1";

// SHA-256 of the public key.
[[nodiscard]] core::NodeId NodeIdOf(const core::PublicKey& key);

// True when `proof` says that the owner of `key` uses `static_key` in `network`.
[[nodiscard]] bool VerifyStaticKey(const core::PublicKey& key, const core::Key256& network,
                                   const core::DhKey& static_key, const core::Signature& proof);

class Identity {
 public:
  // `static_secret`: 32 fresh random bytes (node/handshake/entropy.h), another at every start.
  Identity(const core::SecretKey& secret, core::NoiseKey static_secret,
           const core::Key256& network);

  [[nodiscard]] const core::Key256& network() const { return network_; }

  [[nodiscard]] const core::PublicKey& key() const { return key_; }

  [[nodiscard]] const core::NodeId& node_id() const { return node_id_; }

  [[nodiscard]] const core::Signature& proof() const { return proof_; }

  [[nodiscard]] const core::DhKeyPair& static_keys() const { return secrets_->static_keys; }

  // For whatever else signs in this node's name.
  [[nodiscard]] const core::SecretKey& secret() const { return secrets_->secret; }

 private:
  struct Secrets {
    core::SecretKey secret;
    core::DhKeyPair static_keys;
  };

  Locked<Secrets> secrets_;
  core::Key256 network_;
  core::PublicKey key_;
  core::NodeId node_id_;
  core::Signature proof_;
};

}  // namespace node
