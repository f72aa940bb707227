// LocalHeap: what a peer posted to itself for the open window, merged into its run
// (architecture.md, section 5, rule 4). Empty between two peers. Scratch of one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/event.h"

namespace sim {

struct LocalEvent {
  int64_t at = 0;
  uint64_t tie = 0;
  Event event;

  // Rule 2. The peer is the same on both sides.
  [[nodiscard]] bool Before(const LocalEvent& other) const {
    if (at != other.at) return at < other.at;
    if (tie != other.tie) return tie < other.tie;
    if (event.from != other.event.from) return event.from < other.event.from;
    return event.sequence < other.event.sequence;
  }
};

class LocalHeap {
 public:
  [[nodiscard]] bool empty() const { return heap_.empty(); }

  [[nodiscard]] const LocalEvent& top() const { return heap_.front(); }

  void Push(const LocalEvent& event) {
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), &After);
  }

  [[nodiscard]] LocalEvent Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), &After);
    const LocalEvent event = heap_.back();
    heap_.pop_back();
    return event;
  }

  [[nodiscard]] size_t MemoryUsage() const { return heap_.capacity() * sizeof(LocalEvent); }

 private:
  static bool After(const LocalEvent& a, const LocalEvent& b) { return b.Before(a); }

  std::vector<LocalEvent> heap_;
};

}  // namespace sim
