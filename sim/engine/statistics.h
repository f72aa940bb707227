// What the engine counted. For people: nothing here depends on threads or shards except
// shared_windows and moved.
#pragma once

#include <cstdint>

namespace sim {

struct Statistics {
  uint64_t events = 0;  // Deliveries and wake-ups.
  uint64_t deliveries = 0;
  uint64_t wakes = 0;
  uint64_t windows = 0;         // In which something ran.
  uint64_t shared_windows = 0;  // Of these, run by more than one thread.
  uint64_t moved = 0;           // Far events brought one wheel nearer.
};

}  // namespace sim
