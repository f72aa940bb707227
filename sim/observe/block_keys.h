// What observers of blocks and transactions keep their tables by.
#pragma once

#include <cstdint>

#include "core/base/hash.h"
#include "core/base/ids.h"

namespace sim {

// A call of a client, by the number that its host gave it.
struct CallName {
  core::PeerId client;
  uint64_t request = 0;

  friend bool operator==(const CallName&, const CallName&) = default;
};

// A block as one peer holds or knows it.
struct PeerBlock {
  core::PeerId peer;
  core::BlockId block;

  friend bool operator==(const PeerBlock&, const PeerBlock&) = default;
};

// A transaction, by the hash over it and its members, at one peer.
struct PeerTx {
  core::PeerId peer;
  core::Key256 tx;

  friend bool operator==(const PeerTx&, const PeerTx&) = default;
};

struct BlockRevision {
  core::BlockId block;
  uint64_t revision = 0;

  friend bool operator==(const BlockRevision&, const BlockRevision&) = default;
};

// What one transaction, or one call, did to a block.
struct BlockTx {
  core::BlockId block;
  core::TxId by;

  friend bool operator==(const BlockTx&, const BlockTx&) = default;
};

struct BlockCall {
  core::BlockId block;
  CallName call;

  friend bool operator==(const BlockCall&, const BlockCall&) = default;
};

struct BlockKeyHash {
  static uint64_t Of(const core::Key256& key) {
    return core::Mix64(core::WordOf(key, 0), core::WordOf(key, 3));
  }

  uint64_t operator()(const CallName& name) const {
    return core::Mix64(name.client.value, name.request);
  }

  uint64_t operator()(const PeerBlock& key) const {
    return core::Mix64(Of(key.block), key.peer.value);
  }

  uint64_t operator()(const PeerTx& key) const { return core::Mix64(Of(key.tx), key.peer.value); }

  uint64_t operator()(const BlockRevision& key) const {
    return core::Mix64(Of(key.block), key.revision);
  }

  uint64_t operator()(const BlockTx& key) const {
    return core::Mix64(Of(key.block), core::HashBytes(key.by.bytes));
  }

  uint64_t operator()(const BlockCall& key) const {
    return core::Mix64(Of(key.block), (*this)(key.call));
  }
};

}  // namespace sim
