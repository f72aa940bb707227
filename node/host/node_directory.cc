#include "node/host/node_directory.h"

#include <algorithm>

#include "core/base/check.h"

namespace node {
namespace {

// Addresses that can be dialled; others say nothing.
core::AddressList Dialable(const core::AddressList& addresses) {
  core::AddressList dialable;
  for (const core::Address& address : addresses) {
    if (address.view() != kNoAddress) dialable.push_back(address);
  }
  return dialable;
}

}  // namespace

NodeDirectory::NodeDirectory(const core::PublicKey& self, const core::Suite& suite, size_t capacity)
    : suite_(&suite), capacity_(capacity), sweep_at_(capacity / 4 * 3) {
  CHECK(capacity >= 16);
  core::Contact contact;
  contact.node_id.bytes = suite.Sha256(self);
  contact.public_key = self;
  CHECK(Insert(contact, capacity) == kSelf);
}

const NodeDirectory::Entry& NodeDirectory::At(core::PeerId peer) const {
  CHECK(peer.value < entries_.size());
  return entries_[peer.value];
}

void NodeDirectory::AppendAddresses(core::PeerId peer, core::AddressList& addresses) const {
  addresses = At(peer).addresses;
  if (addresses.empty()) addresses.push_back(core::Address(kNoAddress));
}

core::PeerId NodeDirectory::FindByNodeId(const core::NodeId& node_id) const {
  const auto found = by_id_.find(node_id);
  return found == by_id_.end() ? core::kNoPeer : core::PeerId{found->second};
}

bool NodeDirectory::IsGenuine(const core::Contact& contact) const {
  return contact.node_id.bytes == suite_->Sha256(contact.public_key);
}

core::PeerId NodeDirectory::Insert(const core::Contact& contact, size_t room) {
  if (by_id_.size() >= room) {
    ++refused_;
    return core::kNoPeer;
  }
  uint32_t slot = static_cast<uint32_t>(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back();
  } else {
    slot = free_.front();
    free_.pop_front();
  }
  entries_[slot] = {.node_id = contact.node_id,
                    .public_key = contact.public_key,
                    .addresses = Dialable(contact.addresses),
                    .heard = ++clock_};
  by_id_.emplace(contact.node_id, slot);
  return {slot};
}

core::PeerId NodeDirectory::Learn(const core::Contact& contact) {
  const core::PeerId known = FindByNodeId(contact.node_id);
  if (known == core::kNoPeer)
    return IsGenuine(contact) ? Insert(contact, capacity_) : core::kNoPeer;
  Entry& entry = entries_[known.value];
  if (entry.public_key != contact.public_key) return core::kNoPeer;
  entry.heard = ++clock_;
  if (known == kSelf || entry.proven) return known;
  const core::AddressList heard = Dialable(contact.addresses);
  if (!heard.empty()) entry.addresses = heard;
  return known;
}

core::PeerId NodeDirectory::Meet(const core::Contact& contact) {
  CHECK(IsGenuine(contact));
  core::PeerId peer = FindByNodeId(contact.node_id);
  if (peer == kSelf) return core::kNoPeer;
  if (peer == core::kNoPeer) peer = Insert(contact, capacity_ + kMeetingRoom);
  if (peer == core::kNoPeer) return peer;
  Entry& entry = entries_[peer.value];
  entry.addresses = Dialable(contact.addresses);
  entry.proven = true;
  entry.heard = ++clock_;
  return peer;
}

std::vector<core::PeerId> NodeDirectory::Sweep(const core::PeerSet& held) {
  std::vector<core::PeerId> idle;
  for (const auto& [id, slot] : by_id_) {
    if (slot != kSelf.value && !held.Contains({slot})) idle.push_back({slot});
  }
  std::sort(idle.begin(), idle.end(),
            [this](core::PeerId a, core::PeerId b) { return At(a).heard < At(b).heard; });
  const size_t surplus = by_id_.size() - std::min(by_id_.size(), capacity_ / 2);
  idle.resize(std::min(idle.size(), surplus));
  for (const core::PeerId peer : idle) {
    by_id_.erase(At(peer).node_id);
    free_.push_back(peer.value);
  }
  swept_ += idle.size();
  // Held handles alone may exceed three quarters: sweep again when an eighth has come, not at every housekeeping.
  sweep_at_ = std::clamp(by_id_.size() + capacity_ / 8, capacity_ / 4 * 3, capacity_);
  return idle;
}

}  // namespace node
