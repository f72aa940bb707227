// A hash table that iterates in insertion order and hashes with a fixed seed: the same contents,
// the same order, on every run, machine and compiler (docs/determinism.md, hazards 1 to 3). absl's
// tables give neither and stay out of core.
//
// Entries lie densely in insertion order; an open-addressing index of 32-bit positions finds them.
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
    const size_t slot = SlotOf(key);
    return slot == kNone || index_[slot] == 0 ? nullptr : &entries_[index_[slot] - 1]->value;
  }

  [[nodiscard]] const Value* Find(const Key& key) const {
    return const_cast<FlatTable*>(this)->Find(key);
  }

  // Returns the value of the key, made by default when it was not there; second says whether it is
  // new.
  std::pair<Value*, bool> Insert(const Key& key) {
    if ((entries_.size() + 1) * 4 > index_.size() * 3) Grow();
    const size_t slot = SlotOf(key);
    if (index_[slot] != 0) return {&entries_[index_[slot] - 1]->value, false};
    entries_.push_back(Entry{key, Value{}});
    index_[slot] = static_cast<uint32_t>(entries_.size());
    ++live_;
    return {&entries_.back()->value, true};
  }

  bool Erase(const Key& key) {
    size_t hole = SlotOf(key);
    if (hole == kNone || index_[hole] == 0) return false;
    entries_[index_[hole] - 1].reset();
    --live_;
    CloseGap(hole);
    if (live_ == 0) Clear();
    return true;
  }

  void Clear() {
    std::vector<std::optional<Entry>>().swap(entries_);
    std::vector<uint32_t>().swap(index_);
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
    return entries_.capacity() * sizeof(std::optional<Entry>) +
           index_.capacity() * sizeof(uint32_t);
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // The slot of the key, or the empty slot where it belongs; kNone for a table without slots.
  [[nodiscard]] size_t SlotOf(const Key& key) const {
    if (index_.empty()) return kNone;
    const size_t mask = index_.size() - 1;
    size_t slot = static_cast<size_t>(Hash{}(key)) & mask;
    while (index_[slot] != 0 && !(entries_[index_[slot] - 1]->key == key)) slot = (slot + 1) & mask;
    return slot;
  }

  // Backward-shift deletion: no tombstones in the index.
  void CloseGap(size_t hole) {
    const size_t mask = index_.size() - 1;
    for (size_t next = (hole + 1) & mask; index_[next] != 0; next = (next + 1) & mask) {
      const size_t home = static_cast<size_t>(Hash{}(entries_[index_[next] - 1]->key)) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        index_[hole] = index_[next];
        hole = next;
      }
    }
    index_[hole] = 0;
  }

  // Drops the holes and makes room for one more entry.
  void Grow() {
    std::vector<std::optional<Entry>> kept;
    kept.reserve(live_ + live_ / 2 + 4);
    for (auto& entry : entries_) {
      if (entry.has_value()) kept.push_back(std::move(entry));
    }
    entries_ = std::move(kept);
    size_t slots = 8;
    while ((live_ + live_ / 2 + 4) * 4 > slots * 3) slots *= 2;
    index_.assign(slots, 0);
    for (size_t i = 0; i < entries_.size(); ++i) {
      index_[SlotOf(entries_[i]->key)] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<std::optional<Entry>> entries_;
  std::vector<uint32_t> index_;
  size_t live_ = 0;
};

}  // namespace core
