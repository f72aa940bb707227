// WorldDirectory: the identities of all peers of a world, fixed before the run, so that every lane
// reads it without locks.
//
// Identities are functions of (seed, peer): a secret from the identity stream, its public key by
// the suite, the node id by SHA-256. Groups that grind their ids draw secrets until the id shares
// the wanted bits with the key. Addresses are derived from the handle and cost no memory.
#pragma once

#include <cstdint>
#include <vector>

#include "core/codec/directory.h"
#include "core/crypto/suite.h"
#include "sim/scenario/scenario.h"

namespace sim {

class WorldDirectory : public core::Directory {
 public:
  // `grind_targets`: per group, the keys that its ids are ground next to, in turn. REQUIRES: at least
  // one per group that grinds.
  WorldDirectory(const Scenario& scenario, uint64_t seed, const core::Suite& suite,
                 const std::vector<std::vector<core::Key256>>& grind_targets);

  [[nodiscard]] const core::NodeId& NodeIdOf(core::PeerId peer) const override {
    return ids_[peer.value];
  }

  [[nodiscard]] const core::PublicKey& PublicKeyOf(core::PeerId peer) const override {
    return keys_[peer.value];
  }

  void AppendAddresses(core::PeerId peer, core::AddressList& addresses) const override;
  [[nodiscard]] core::PeerId Learn(const core::Contact& contact) override;
  [[nodiscard]] core::PeerId FindByNodeId(const core::NodeId& node_id) const override;

  [[nodiscard]] const core::SecretKey& SecretOf(core::PeerId peer) const {
    return secrets_[peer.value];
  }

  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(ids_.size()); }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  struct Grind {
    core::Key256 target;
    int bits = 0;  // 2^bits draws are expected.
  };

  void MakeIdentity(uint32_t peer, uint64_t seed, const core::Suite& suite, const Grind& grind);

  std::vector<core::NodeId> ids_;
  std::vector<core::PublicKey> keys_;
  std::vector<core::SecretKey> secrets_;
  std::vector<uint32_t> index_;  // Open addressing over ids_, 0 is empty.
};

}  // namespace sim
