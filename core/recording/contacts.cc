#include "core/recording/contacts.h"

#include "core/base/check.h"

namespace core {

bool RecordedContacts::Introduce(PeerId peer, const PublicKey& public_key) {
  if (const Identity* known = by_handle_.Find(peer)) return known->public_key == public_key;
  const NodeId node_id{suite_->Sha256(public_key)};
  const auto [handle, is_new] = by_node_id_.Insert(node_id);
  if (!is_new) return false;
  *handle = peer;
  *by_handle_.Insert(peer).first = {node_id, public_key};
  return true;
}

const NodeId& RecordedContacts::NodeIdOf(PeerId peer) const {
  const Identity* known = by_handle_.Find(peer);
  CHECK(known != nullptr);
  return known->node_id;
}

const PublicKey& RecordedContacts::PublicKeyOf(PeerId peer) const {
  const Identity* known = by_handle_.Find(peer);
  CHECK(known != nullptr);
  return known->public_key;
}

void RecordedContacts::AppendAddresses(PeerId, AddressList& addresses) const {
  addresses.push_back(Address("not recorded"));
}

PeerId RecordedContacts::Learn(const Contact& contact) {
  const PeerId peer = FindByNodeId(contact.node_id);
  const bool genuine = peer != kNoPeer && PublicKeyOf(peer) == contact.public_key;
  return genuine ? peer : kNoPeer;
}

PeerId RecordedContacts::FindByNodeId(const NodeId& node_id) const {
  const PeerId* peer = by_node_id_.Find(node_id);
  return peer == nullptr ? kNoPeer : *peer;
}

}  // namespace core
