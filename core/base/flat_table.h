// A hash table that iterates in insertion order and hashes with a fixed seed: the same contents,
// the same order, on every run, machine and compiler (docs/determinism.md, hazards 1 to 3). absl's
// tables give neither and stay out of core.
//
// Entries lie densely in insertion order; an open-addressing index of their positions and hashes
// finds them, and looks at no entry whose hash is another one.
// Erase leaves a hole that the next growth closes, so iterators and references live until the next
// Insert or Erase. An empty table owns no heap memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace core {

struct FlatHash {
  uint64_t operator()(PeerId peer) const { return Mix64(peer.value); }

  uint64_t operator()(uint64_t value) const { return Mix64(value); }

  uint64_t operator()(uint32_t value) const { return Mix64(value); }

  uint64_t operator()(const Key256& key) const { return Mix64(WordOf(key, 0), WordOf(key, 3)); }

  uint64_t operator()(const TaskId& task) const { return HashBytes(task.bytes); }

  uint64_t operator()(const TxId& id) const { return HashBytes(id.bytes); }
};

template <typename Key, typename Value, typename Hash = FlatHash>
class FlatTable {
 public:
  struct Entry {
    Key key;
    Value value;
  };

  [[nodiscard]] size_t size() const { return live_; }

  [[nodiscard]] bool empty() const { return live_ == 0; }

  [[nodiscard]] Value* Find(const Key& key) {
    const size_t at = SlotOf(key, HashOf(key));
    return at == kNone || index_[at].empty() ? nullptr : &EntryOf(index_[at])->value;
  }

  [[nodiscard]] const Value* Find(const Key& key) const {
    return const_cast<FlatTable*>(this)->Find(key);
  }

  // Returns the value of the key, made by default when it was not there; second says whether it is
  // new.
  std::pair<Value*, bool> Insert(const Key& key) {
    if ((entries_.size() + 1) * 4 > index_.size() * 3) Grow();
    const uint32_t hash = HashOf(key);
    Slot& slot = index_[SlotOf(key, hash)];
    if (!slot.empty()) return {&EntryOf(slot)->value, false};
    entries_.push_back(Entry{key, Value{}});
    slot = {static_cast<uint32_t>(entries_.size()), hash};
    ++live_;
    return {&entries_.back()->value, true};
  }

  bool Erase(const Key& key) {
    const size_t hole = SlotOf(key, HashOf(key));
    if (hole == kNone || index_[hole].empty()) return false;
    EntryOf(index_[hole]).reset();
    --live_;
    CloseGap(hole);
    if (live_ == 0) Clear();
    return true;
  }

  void Clear() {
    std::vector<std::optional<Entry>>().swap(entries_);
    std::vector<Slot>().swap(index_);
    live_ = 0;
  }

  // Visits live entries in insertion order. The visitor must not insert or erase.
  template <typename Visitor>
  void ForEach(Visitor&& visit) {
    for (auto& entry : entries_) {
      if (entry.has_value()) visit(std::as_const(entry->key), entry->value);
    }
  }

  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& entry : entries_) {
      if (entry.has_value()) visit(entry->key, entry->value);
    }
  }

  // Erases every entry for which the predicate holds; visits in insertion order.
  template <typename Predicate>
  size_t EraseIf(Predicate&& predicate) {
    std::vector<Key> doomed;
    ForEach([&](const Key& key, Value& value) {
      if (predicate(key, value)) doomed.push_back(key);
    });
    for (const Key& key : doomed) Erase(key);
    return doomed.size();
  }

  // Heap bytes owned by the table itself, without what the values own.
  [[nodiscard]] size_t HeapBytes() const {
    return entries_.capacity() * sizeof(std::optional<Entry>) + index_.capacity() * sizeof(Slot);
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  struct Slot {
    uint32_t position = 0;  // Of the entry, counted from 1.
    uint32_t hash = 0;      // Of its key. Its place in the index follows from it.

    [[nodiscard]] bool empty() const { return position == 0; }
  };

  [[nodiscard]] static uint32_t HashOf(const Key& key) {
    return static_cast<uint32_t>(Hash{}(key));
  }

  [[nodiscard]] std::optional<Entry>& EntryOf(Slot slot) { return entries_[slot.position - 1]; }

  [[nodiscard]] size_t HomeOf(uint32_t hash) const { return hash & (index_.size() - 1); }

  [[nodiscard]] size_t After(size_t at) const { return (at + 1) & (index_.size() - 1); }

  // The slot of the key, or the empty slot where it belongs; kNone for a table without slots.
  [[nodiscard]] size_t SlotOf(const Key& key, uint32_t hash) const {
    if (index_.empty()) return kNone;
    size_t at = HomeOf(hash);
    while (!index_[at].empty() &&
           (index_[at].hash != hash || !(entries_[index_[at].position - 1]->key == key))) {
      at = After(at);
    }
    return at;
  }

  // Backward-shift deletion: no tombstones in the index.
  void CloseGap(size_t hole) {
    const size_t mask = index_.size() - 1;
    for (size_t next = After(hole); !index_[next].empty(); next = After(next)) {
      if (((next - HomeOf(index_[next].hash)) & mask) >= ((next - hole) & mask)) {
        index_[hole] = index_[next];
        hole = next;
      }
    }
    index_[hole] = {};
  }

  // Drops the holes and makes room for one more entry.
  void Grow() {
    std::vector<uint32_t> hashes(entries_.size());
    for (const Slot& slot : index_) {
      if (!slot.empty()) hashes[slot.position - 1] = slot.hash;
    }
    std::vector<std::optional<Entry>> kept;
    kept.reserve(live_ + live_ / 2 + 4);
    size_t slots = 8;
    while ((live_ + live_ / 2 + 4) * 4 > slots * 3) slots *= 2;
    index_.assign(slots, {});
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].has_value()) continue;
      kept.push_back(std::move(entries_[i]));
      size_t at = HomeOf(hashes[i]);
      while (!index_[at].empty()) at = After(at);
      index_[at] = {static_cast<uint32_t>(kept.size()), hashes[i]};
    }
    entries_ = std::move(kept);
  }

  std::vector<std::optional<Entry>> entries_;
  std::vector<Slot> index_;
  size_t live_ = 0;
};

}  // namespace core
