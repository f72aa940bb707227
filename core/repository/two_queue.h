// TwoQueue: which values are let go of first, so that a scan throws out nothing that is wanted often.
//
//   queue     | has                                   | a use
//   recent    | what came and was not wanted since    | changes nothing: a burst of uses is one
//   frequent  | what was wanted again after it had    | puts it to the end
//             | left recent                           |
//   gone      | the names of what left recent, no     | it comes back as frequent
//             | values                                |
//
// The coldest are the oldest of recent, down to a quarter of the bound; then the oldest of frequent; then what
// remains: a block that is read once passes through recent and pushes out its like. What is to go, and when, is
// the owner's: this only says in which order. Invariants: (1) each id is in one queue at most; (2) bytes() is the
// sum of recent and frequent; (3) gone has at most as many names as these, or kGoneMin. Every call is O(1), but
// for what ForEachColdest visits; an empty one owns no heap memory. Thread rule: one thread at a time.
// Source: T. Johnson, D. Shasha: 2Q, a low overhead high performance buffer management replacement algorithm,
// VLDB 1994; protocol document, 1.2.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string_view>

#include "core/base/flat_table.h"
#include "core/base/ids.h"

namespace core {

class TwoQueue {
 public:
  static constexpr size_t kGoneMin = 64;

  TwoQueue() = default;
  TwoQueue(TwoQueue&&) noexcept = default;
  TwoQueue& operator=(TwoQueue&&) noexcept = default;

  // The block is wanted, and its value has this size.
  void Use(const BlockId& block, uint64_t bytes);
  // The same value under another size, which nobody wanted. REQUIRES: Has(block).
  void Resize(const BlockId& block, uint64_t bytes);
  // It may not go now: those behind it in its queue are colder until it comes up again. REQUIRES: Has(block).
  void Defer(const BlockId& block);
  // Its value goes, and may be wanted again.
  void LetGo(const BlockId& block);
  // There is no such block any more.
  void Forget(const BlockId& block);

  [[nodiscard]] bool Has(const BlockId& block) const;

  // visit(block, bytes), the coldest first, until it returns false. `bound`: bytes that recent and frequent are
  // to have together.
  template <typename Visitor>
  void ForEachColdest(uint64_t bound, Visitor&& visit) const {
    uint64_t recent = recent_.bytes;
    const uint64_t kept = bound / kRecentShare;
    auto at = recent_.entries.begin();
    for (; at != recent_.entries.end() && recent > kept; ++at) {
      if (!visit(at->block, at->bytes)) return;
      recent -= at->bytes;
    }
    for (const Entry& entry : frequent_.entries) {
      if (!visit(entry.block, entry.bytes)) return;
    }
    for (; at != recent_.entries.end(); ++at) {
      if (!visit(at->block, at->bytes)) return;
    }
  }

  [[nodiscard]] uint64_t bytes() const { return recent_.bytes + frequent_.bytes; }

  // Values.
  [[nodiscard]] size_t size() const { return recent_.entries.size() + frequent_.entries.size(); }

  [[nodiscard]] size_t gone() const { return gone_.entries.size(); }

  [[nodiscard]] size_t HeapBytes() const;

  template <typename State>
  void Tell(State& state) const {
    TellQueue(state, "recent", recent_);
    TellQueue(state, "frequent", frequent_);
    TellQueue(state, "gone", gone_);
  }

 private:
  static constexpr uint64_t kRecentShare = 4;

  struct Entry {
    BlockId block;
    uint64_t bytes = 0;
  };

  struct Queue {
    std::list<Entry> entries;  // The oldest first.
    uint64_t bytes = 0;
  };

  enum class Where : uint8_t { kRecent, kFrequent, kGone };

  struct Place {
    Where where = Where::kRecent;
    std::list<Entry>::iterator at;
  };

  template <typename State>
  static void TellQueue(State& state, std::string_view name, const Queue& queue) {
    state.Hash(queue.entries.size());
    for (const Entry& entry : queue.entries) {
      state.Part(name, [&] {
        state.Add("block", entry.block);
        state.Add("bytes", entry.bytes);
      });
    }
  }

  [[nodiscard]] Queue& QueueOf(Where where);
  // To the end of the queue.
  void Move(Place& place, Where to);
  void Drop(const BlockId& block, const Place& place);
  void TrimGone();

  Queue recent_;
  Queue frequent_;
  Queue gone_;
  FlatTable<BlockId, Place> places_;
};

}  // namespace core
