// What the engine moves: plain data, 20 bytes, ordered by (time, tie, source, sequence).
//
// tie = Mix64(run seed, source, sequence): events of one microsecond come in an order that is
// total, independent of threads and shards, and unbiased for low ids; another seed explores another
// order (architecture.md, section 5, rule 2).
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace sim {

// The simulated world's own time, in microseconds from the start of the run. Peers see core::Time,
// which may be skewed.
using WorldTime = core::Instant<struct WorldClockTag>;

// Source of what the world does to a peer: start, stop, commands, link changes.
inline constexpr core::PeerId kWorld{0xfffffffeu};

struct Event {
  uint32_t time_low = 0;  // Low 32 bits of the WorldTime; the bucket knows the rest.
  core::PeerId to;
  core::PeerId from;
  uint32_t sequence = 0;  // Per source, counts its events.
  uint32_t payload = 0;   // The application's: a frame, a rumour, a command.
};

static_assert(sizeof(Event) == 20);

}  // namespace sim
