// The newest revision of every block, in memory, with transactions that are whole or refused: what
// the network is to a collection when nothing goes wrong.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/collections/draft.h"
#include "core/collections/log.h"
#include "core/crypto/sodium_suite.h"

namespace core {

class BlockStore {
 public:
  [[nodiscard]] FetchedBlock Read(const BlockId& id) const {
    const auto found = blocks_.find(id);
    return found == blocks_.end() ? FetchedBlock{} : found->second;
  }

  // False, and nothing is written, when a base revision is not the newest.
  [[nodiscard]] bool Apply(const ChangeSet& changes) {
    for (const BlockWrite& write : changes.writes) {
      if (Read(write.block).revision != write.base_revision) return false;
    }
    for (const BlockWrite& write : changes.writes) {
      FetchedBlock& block = blocks_[write.block];
      ++block.revision;
      block.bytes = write.erase ? std::nullopt : std::optional(write.value);
    }
    return true;
  }

  [[nodiscard]] const BlockSet& blocks() const { return blocks_; }

  [[nodiscard]] BlockSet& blocks() { return blocks_; }

  // Blocks that are there and not deleted.
  [[nodiscard]] size_t live() const {
    size_t count = 0;
    for (const auto& [id, block] : blocks_) count += block.bytes.has_value() ? 1 : 0;
    return count;
  }

 private:
  BlockSet blocks_;
};

inline Key256 CollectionTestNetwork() {
  Key256 network;
  network.bytes.fill(0x5a);
  return network;
}

inline ActionId ActionOf(uint64_t number) {
  ActionId id;
  for (size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

inline Bytes BytesFrom(std::string_view text) {
  return Bytes(text.begin(), text.end());
}

// One collection in a store, written by one hand.
class StoredCollection {
 public:
  explicit StoredCollection(CollectionName name)
      : name_(std::move(name)), header_(HeaderIdOf(suite_, CollectionTestNetwork(), name_.name)) {}

  // Runs `operation(draft)` over a set that holds only what the operation has asked for so far,
  // again and again, until it asks for nothing more; returns the draft.
  template <typename Operation>
  Draft Run(BlockSet& fetched, Operation&& operation) {
    while (true) {
      Draft draft(suite_, fetched, header_);
      operation(draft);
      if (draft.trouble() != Trouble::kNeeds) return draft;
      for (const BlockId& id : draft.wanted()) fetched[id] = store_.Read(id);
      ++fetches_;
    }
  }

  // One action: `edit(draft)` between creation and log entry, committed. False when the store or
  // the draft refused.
  template <typename Edit>
  bool Act(const ActionId& id, Bytes payload, Edit&& edit) {
    BlockSet fetched;
    const Draft draft = Run(fetched, [&](Draft& d) {
      d.BeginAction(id);
      CreateIfAbsent(d, name_);
      if (!d.ok()) return;
      edit(d);
      if (!d.ok()) return;
      LogAction action{.id = id, .payload = payload, .blocks = d.TouchedBlocks()};
      action.reads = d.LeavesRead();
      AppendAction(d, std::move(action), now_ms_, settlement_);
    });
    last_changes_ = draft.Changes({});
    return draft.ok() && store_.Apply(last_changes_);
  }

  bool Append(uint64_t number) {
    return Act(ActionOf(number), BytesFrom("entry"), [](Draft&) {});
  }

  [[nodiscard]] Draft View() const { return Draft(suite_, store_.blocks(), header_); }

  [[nodiscard]] const Suite& suite() const { return suite_; }

  [[nodiscard]] const BlockId& header() const { return header_; }

  [[nodiscard]] const ChangeSet& last_changes() const { return last_changes_; }

  BlockStore& store() { return store_; }

  void SetTime(int64_t now_ms) { now_ms_ = now_ms; }

  void SetSettlement(const Settlement& settlement) { settlement_ = settlement; }

  [[nodiscard]] size_t fetches() const { return fetches_; }

 private:
  SodiumSuite suite_;
  CollectionName name_;
  BlockId header_;
  BlockStore store_;
  ChangeSet last_changes_;
  Settlement settlement_;
  int64_t now_ms_ = 1000;
  size_t fetches_ = 0;
};

}  // namespace core
