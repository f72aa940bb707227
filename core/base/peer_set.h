// A set of peer handles: one bit each, for hosts whose handles are dense.
//
// A host asks its peer which handles it holds (Peer::CollectPeers) before it gives one to somebody
// else. Invariant: kNoPeer is never a member.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/ids.h"

namespace core {

class PeerSet {
 public:
  void Add(PeerId peer) {
    if (peer == kNoPeer) return;
    if (peer.value >= members_.size()) members_.resize(size_t{peer.value} + 1);
    members_[peer.value] = true;
  }

  template <typename Peers>
  void AddAll(const Peers& peers) {
    for (const PeerId peer : peers) Add(peer);
  }

  [[nodiscard]] bool Contains(PeerId peer) const {
    return peer.value < members_.size() && members_[peer.value];
  }

 private:
  std::vector<bool> members_;
};

}  // namespace core
