// NodeDirectory: the peers that a node has heard of, each behind the 32-bit handle that the core knows it by.
//
// Handles come from contacts in frames (Learn) and from proven identities (Meet). A handle names one peer until Sweep
// takes it back; Sweep spares what its caller says is held, so a handle is given to somebody else only when nobody can
// mean the old owner any more. Freed handles wait in line and are reused in the order in which they were freed.
//
// The bound, and what happens at it: at most `capacity` handles for strangers, and kMeetingRoom more for peers that have
// proven themselves. WantsSweep() becomes true at three quarters; the host then sweeps at its next housekeeping, which
// frees the least recently heard of those that nobody holds, down to half. When strangers fill the rest before that, or
// everybody is held, Learn takes no more of them and the codec leaves them out (core/codec/wire.h); peers that connect
// are still met. With the default the worst case is some 48 MiB.
//
// Addresses: those of a proven Hello stand until the peer is doubted (nobody answered there); others are replaced by
// what was heard last. A peer without addresses (it cannot be dialled) is handed on with kNoAddress, because a contact on
// the wire has at least one. Invariants: (1) slot 0 is this node and stays; (2) node_id is the hash of public_key for
// every entry; (3) NodeIdOf and its like never fail for a handle that was ever given out. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"

#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/codec/directory.h"
#include "core/crypto/suite.h"

namespace node {

// No parser of addresses takes it, so nobody dials it.
inline constexpr std::string_view kNoAddress = "-";

// Seeded anew in every process: node ids can be ground, slots of this table cannot be foreseen.
struct KeyHash {
  size_t operator()(const core::Key256& key) const { return absl::HashOf(key.bytes); }
};

class NodeDirectory : public core::Directory {
 public:
  static constexpr core::PeerId kSelf{0};
  static constexpr size_t kCapacity = 131'072;
  static constexpr size_t kMeetingRoom = 1'024;

  // REQUIRES: suite outlives this; capacity is at least 16.
  NodeDirectory(const core::PublicKey& self, const core::Suite& suite, size_t capacity = kCapacity);

  [[nodiscard]] const core::NodeId& NodeIdOf(core::PeerId peer) const override {
    return At(peer).node_id;
  }

  [[nodiscard]] const core::PublicKey& PublicKeyOf(core::PeerId peer) const override {
    return At(peer).public_key;
  }

  void AppendAddresses(core::PeerId peer, core::AddressList& addresses) const override;
  [[nodiscard]] core::PeerId Learn(const core::Contact& contact) override;
  [[nodiscard]] core::PeerId FindByNodeId(const core::NodeId& node_id) const override;

  // A peer that has proven its key; what it says of its addresses (possibly nothing) replaces what others said. kNoPeer
  // when even the reserved room is used up.
  [[nodiscard]] core::PeerId Meet(const core::Contact& contact);

  // What the node tells of itself.
  void SetOwnAddresses(const core::AddressList& addresses) { entries_[0].addresses = addresses; }

  // Where the peer can be dialled; empty: nowhere.
  [[nodiscard]] const core::AddressList& AddressesOf(core::PeerId peer) const {
    return At(peer).addresses;
  }

  // Nobody answered at its addresses: others may know better ones.
  void Doubt(core::PeerId peer) { entries_[peer.value].proven = false; }

  [[nodiscard]] bool WantsSweep() const { return by_id_.size() >= sweep_at_; }

  // Takes back handles outside `held`, the least recently heard first, until half the capacity is free, and returns them.
  // REQUIRES: between two steps of the core; `held` names every handle that the core and the host hold.
  std::vector<core::PeerId> Sweep(const core::PeerSet& held);

  // Handles in use, this node's included.
  [[nodiscard]] size_t size() const { return by_id_.size(); }

  [[nodiscard]] uint64_t refused() const { return refused_; }

  [[nodiscard]] uint64_t swept() const { return swept_; }

 private:
  struct Entry {
    core::NodeId node_id;
    core::PublicKey public_key{};
    core::AddressList addresses;
    uint64_t heard = 0;   // The clock_ of the last mention.
    bool proven = false;  // The addresses are the peer's own words.
  };

  [[nodiscard]] const Entry& At(core::PeerId peer) const;
  [[nodiscard]] bool IsGenuine(const core::Contact& contact) const;
  [[nodiscard]] core::PeerId Insert(const core::Contact& contact, size_t room);

  const core::Suite* suite_;
  size_t capacity_;
  size_t sweep_at_;
  std::deque<Entry> entries_;  // By handle; references stay valid.
  std::deque<uint32_t> free_;
  absl::flat_hash_map<core::NodeId, uint32_t, KeyHash> by_id_;
  uint64_t clock_ = 0;
  uint64_t refused_ = 0;
  uint64_t swept_ = 0;
};

}  // namespace node
