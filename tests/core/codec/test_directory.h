// A directory for codec tests: knows the peers that a test adds, and learns strangers only when it
// is open.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/random.h"
#include "core/codec/directory.h"

namespace core {

class TestDirectory : public Directory {
 public:
  // Peers 0 .. count - 1 with made-up identities and 1 to 4 addresses each.
  explicit TestDirectory(uint32_t count) {
    Random random(StreamKey{.seed = 2024});
    for (uint32_t i = 0; i < count; ++i) {
      Contact contact;
      random.Fill(contact.node_id.bytes);
      random.Fill(contact.public_key);
      for (uint32_t j = 0; j <= i % limits::kAddressesMax; ++j) {
        contact.addresses.push_back(
            Address("203.0.113." + std::to_string(i % 256) + ":" + std::to_string(4000 + j)));
      }
      Add(contact);
    }
  }

  PeerId Add(const Contact& contact) {
    const PeerId peer{static_cast<uint32_t>(contacts_.size())};
    contacts_.push_back(contact);
    *by_node_id_.Insert(contact.node_id).first = peer;
    return peer;
  }

  // Strangers become known from now on.
  void Open() { open_ = true; }

  [[nodiscard]] const Contact& ContactOf(PeerId peer) const { return contacts_[peer.value]; }

  [[nodiscard]] size_t size() const { return contacts_.size(); }

  [[nodiscard]] uint32_t learn_calls() const { return learn_calls_; }

  [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override {
    return contacts_[peer.value].node_id;
  }

  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override {
    return contacts_[peer.value].public_key;
  }

  void AppendAddresses(PeerId peer, AddressList& addresses) const override {
    for (const Address& address : contacts_[peer.value].addresses) addresses.push_back(address);
  }

  [[nodiscard]] PeerId Learn(const Contact& contact) override {
    ++learn_calls_;
    const PeerId known = FindByNodeId(contact.node_id);
    return known != kNoPeer || !open_ ? known : Add(contact);
  }

  [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override {
    const PeerId* peer = by_node_id_.Find(node_id);
    return peer == nullptr ? kNoPeer : *peer;
  }

 private:
  std::vector<Contact> contacts_;
  FlatTable<Key256, PeerId> by_node_id_;
  bool open_ = false;
  uint32_t learn_calls_ = 0;
};

}  // namespace core
