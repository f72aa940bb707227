// RecordedContacts: the directory of a replay. It knows the contacts that the recording has introduced so far, by the handles of the
// host that recorded: the codec and the peer see what they saw there. A contact that was not introduced is a stranger, whom the host's
// directory did not take either. Addresses were not recorded: protocol code never reads them. Thread rule: one thread.
#pragma once

#include "core/base/flat_table.h"
#include "core/codec/directory.h"
#include "core/crypto/suite.h"

namespace core {

class RecordedContacts : public Directory {
 public:
  // REQUIRES: suite outlives this.
  explicit RecordedContacts(const Suite& suite) : suite_(&suite) {}

  // False when the handle or the node id already belongs to somebody else.
  [[nodiscard]] bool Introduce(PeerId peer, const PublicKey& public_key);

  [[nodiscard]] bool Knows(PeerId peer) const { return by_handle_.Find(peer) != nullptr; }

  [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override;
  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override;
  void AppendAddresses(PeerId peer, AddressList& addresses) const override;
  [[nodiscard]] PeerId Learn(const Contact& contact) override;
  [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override;

 private:
  struct Identity {
    NodeId node_id;
    PublicKey public_key{};
  };

  const Suite* suite_;
  FlatTable<PeerId, Identity> by_handle_;
  FlatTable<Key256, PeerId> by_node_id_;
};

}  // namespace core
