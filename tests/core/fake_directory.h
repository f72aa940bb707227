// A Directory for tests: a growing array of random node ids, drawn from a seed.
//
// Handles are 0, 1, 2, ... in the order of adding. Node ids are drawn, not hashed from a key, so
// that a test can also place a peer exactly where it wants it. Thread rule: one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/codec/directory.h"

namespace core {

class FakeDirectory : public Directory {
 public:
  FakeDirectory() = default;

  // `count` peers with random ids from the seed.
  FakeDirectory(uint64_t seed, size_t count) {
    Random random(StreamKey{.seed = seed, .purpose = Purpose::kIdentity});
    contacts_.reserve(count);
    for (size_t i = 0; i < count; ++i) AddRandom(random);
  }

  PeerId AddRandom(Random& random) {
    NodeId id;
    random.Fill(id.bytes);
    return Add(id);
  }

  // REQUIRES: the id is new.
  PeerId Add(const NodeId& id) {
    Contact contact;
    contact.node_id = id;
    contact.public_key = id.bytes;
    contact.addresses.push_back(Address("test:" + std::to_string(contacts_.size())));
    return Insert(contact);
  }

  [[nodiscard]] size_t size() const { return contacts_.size(); }

  [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override { return At(peer).node_id; }

  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override {
    return At(peer).public_key;
  }

  void AppendAddresses(PeerId peer, AddressList& addresses) const override {
    addresses = At(peer).addresses;
  }

  [[nodiscard]] PeerId Learn(const Contact& contact) override {
    const PeerId known = FindByNodeId(contact.node_id);
    return known == kNoPeer ? Insert(contact) : known;
  }

  [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override {
    const auto found = by_id_.find(node_id);
    return found == by_id_.end() ? kNoPeer : found->second;
  }

 private:
  [[nodiscard]] const Contact& At(PeerId peer) const {
    CHECK(peer.value < contacts_.size());
    return contacts_[peer.value];
  }

  PeerId Insert(const Contact& contact) {
    const PeerId peer{static_cast<uint32_t>(contacts_.size())};
    CHECK(by_id_.emplace(contact.node_id, peer).second);
    contacts_.push_back(contact);
    return peer;
  }

  std::vector<Contact> contacts_;
  std::map<NodeId, PeerId> by_id_;
};

}  // namespace core
