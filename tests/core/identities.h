// Identities: a directory of peers with secrets, and the suite that signs for them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/crypto/modelled_suite.h"
#include "tests/core/fake_directory.h"

namespace core {

class Identities : public FakeDirectory {
 public:
  Identities(uint64_t seed, size_t count)
      : FakeDirectory(seed, count), suite_(Digest256{1}), seed_(seed) {
    for (size_t i = 0; i < count; ++i) AddKey(PeerId{static_cast<uint32_t>(i)});
  }

  // A peer whose node id begins with the given bits of `head` and is random behind them.
  PeerId AddNear(const Key256& head, int bits, Random& random) {
    NodeId tail;
    random.Fill(tail.bytes);
    const PeerId peer = Add(Splice(head, tail, bits));
    AddKey(peer);
    return peer;
  }

  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override {
    return keys_[peer.value];
  }

  [[nodiscard]] const SecretKey& SecretOf(PeerId peer) const { return secrets_[peer.value]; }

  [[nodiscard]] const Suite& suite() const { return suite_; }

 private:
  void AddKey(PeerId peer) {
    Random random(StreamKey{.seed = seed_, .peer = peer.value, .purpose = Purpose::kIdentity});
    SecretKey secret;
    random.Fill(secret.seed);
    secrets_.push_back(secret);
    keys_.push_back(suite_.PublicKeyFor(secret));
  }

  ModelledSuite suite_;
  uint64_t seed_;
  std::vector<SecretKey> secrets_;
  std::vector<PublicKey> keys_;
};

}  // namespace core
