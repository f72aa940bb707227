// Random blocks within the limits, from a stream: for property tests and the fuzz corpus.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/collections/blocks.h"

namespace core {

class BlockMaker {
 public:
  explicit BlockMaker(uint64_t seed) : random_(StreamKey{.seed = seed}) {}

  CollectionHeader Header() {
    CollectionHeader header;
    header.name = std::string(random_.Below(kCollectionNameBytesMax + 1), 'n');
    header.kind = Coin() ? CollectionKind::kDiary : CollectionKind::kTree;
    header.creator = Action();
    header.head = Id();
    header.tail = Id();
    if (header.kind == CollectionKind::kTree) header.trunk = Id();
    return header;
  }

  TreeTrunk Trunk() {
    TreeTrunk trunk;
    trunk.collection = Id();
    trunk.root = Id();
    return trunk;
  }

  LogBlock Log() {
    LogBlock block;
    block.collection = Id();
    if (Coin()) {
      block.first_sequence = 1 + random_.Below(1u << 30);
      const BlockId prior = Id();
      block.prior = LogPrior{.block = prior, .hash = Id().bytes};
    }
    const uint64_t count = 1 + random_.Below(kLogEntriesMax);
    for (uint64_t i = 0; i < count; ++i) block.entries.push_back(Entry(block.first_sequence + i));
    if (Coin()) block.next = Id();
    return block;
  }

  TreeNode Node() {
    std::vector<Bytes> keys = Keys(random_.Below(kNodeSlotsMax + 1) + 2);
    TreeNode node;
    node.collection = Id();
    if (Coin()) node.low = keys.front();
    if (Coin()) node.high = keys.back();
    const std::vector<Bytes> inner(keys.begin() + 1, keys.end() - 1);
    node.height = static_cast<uint8_t>(random_.Below(3));
    if (!node.leaf() && !inner.empty()) {
      const size_t count = std::min(inner.size(), kNodeSlotsMax - 1);
      node.separators.assign(inner.begin(), inner.begin() + static_cast<std::ptrdiff_t>(count));
      for (size_t i = 0; i <= count; ++i) node.children.push_back(Id());
      return node;
    }
    node.height = 0;
    for (const Bytes& key : inner) node.entries.push_back({.key = key, .value = Octets(40)});
    return node;
  }

 private:
  bool Coin() { return random_.Below(2) == 0; }

  BlockId Id() {
    BlockId id;
    random_.Fill(id.bytes);
    return id;
  }

  ActionId Action() {
    ActionId id;
    random_.Fill(id.bytes);
    return id;
  }

  Bytes Octets(size_t bytes_max) {
    Bytes bytes(random_.Below(bytes_max + 1));
    random_.Fill(bytes);
    return bytes;
  }

  std::vector<BlockId> Ids(size_t count_max) {
    std::vector<BlockId> ids(random_.Below(count_max + 1));
    for (BlockId& id : ids) id = Id();
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  // Ascending and different; at least two.
  std::vector<Bytes> Keys(size_t count) {
    std::vector<Bytes> keys;
    while (keys.size() < count) {
      Bytes key = Octets(6);
      key.push_back(static_cast<uint8_t>(keys.size()));
      keys.push_back(std::move(key));
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  LogEntry Entry(uint64_t sequence) {
    LogEntry entry;
    entry.sequence = sequence;
    entry.time_ms = static_cast<int64_t>(random_.Next());
    if (Coin()) {
      LogCheckpoint checkpoint;
      for (uint64_t i = random_.Below(6); i > 0; --i) checkpoint.pending.push_back(Action());
      std::sort(checkpoint.pending.begin(), checkpoint.pending.end());
      entry.body = std::move(checkpoint);
      return entry;
    }
    LogAction action;
    action.id = Action();
    action.payload = Octets(60);
    for (const BlockId& id : Ids(4)) {
      action.blocks.push_back({.block = id, .revision = random_.Next()});
    }
    action.collections = Ids(3);
    action.reads = Ids(5);
    entry.body = std::move(action);
    return entry;
  }

  Random random_;
};

}  // namespace core
