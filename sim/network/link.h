// LinkState: what the network remembers about one peer's access link: two queues and, for a NATted
// peer that has talked, its mappings. 24 bytes while idle.
//
// Owned by the world, one per peer; touched only in that peer's own steps (rule 1 of
// architecture.md, section 5). It belongs to the house, not to the process: a restart keeps it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/time.h"
#include "sim/engine/event.h"
#include "sim/network/nat.h"

namespace sim {

// A first-in-first-out line of known rate. Invariant: free_at never goes back.
struct LinkQueue {
  WorldTime free_at;

  // When the last bit of `bytes` has passed; nothing, and no change, when it would have to wait
  // longer than `limit`. A rate of 0 is unlimited.
  std::optional<WorldTime> Pass(WorldTime now, uint32_t bytes, uint64_t bits_per_s, Duration limit);
};

struct LinkState {
  LinkQueue up;
  LinkQueue down;
  std::unique_ptr<NatTable> nat;

  [[nodiscard]] size_t HeapBytes() const { return nat ? nat->MemoryUsage() : 0; }
};

static_assert(sizeof(LinkState) <= 24);

}  // namespace sim
