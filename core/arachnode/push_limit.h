// PushLimit: how often a block goes unasked to one who says that it lacks it.
//
// Somebody who always says so (1.2.10, false not-found) gets each block kPerPeer times a minute from each node,
// and a block goes to at most kPerBlock within a minute, whoever lacks it: what a storm can make a node send is
// bounded by what it holds, not by what it is told. Memory: kEntriesMax. Source: protocol document, 1.2.10.
#pragma once

#include <cstddef>

#include "core/base/hash.h"
#include "core/base/rate_limit.h"

namespace core {

class PushLimit {
 public:
  static constexpr uint32_t kPerPeer = 2;  // The second one because messages get lost.
  static constexpr uint32_t kPerBlock = 8;
  static constexpr uint32_t kEntriesMax = 4096;

  // Counts a push and says whether it is allowed.
  [[nodiscard]] bool Allow(Time now, const Key256& key, PeerId peer) {
    const uint64_t block = HashBytes(key.bytes);
    return to_peer_.Allow(now, Mix64(block, peer.value), {kPerPeer, kEntriesMax}) &&
           of_block_.Allow(now, block, {kPerBlock, kEntriesMax});
  }

  void Sweep(Time now) {
    to_peer_.Sweep(now);
    of_block_.Sweep(now);
  }

  [[nodiscard]] size_t HeapBytes() const { return to_peer_.HeapBytes() + of_block_.HeapBytes(); }

  template <typename State>
  void Tell(State& state) const {
    state.Module("to peers", to_peer_);
    state.Module("of blocks", of_block_);
  }

 private:
  RateLimit to_peer_;
  RateLimit of_block_;
};

}  // namespace core
