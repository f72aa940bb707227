// How often each remote peer may do something within a minute, in bounded memory.
//
// Invariants: (1) a subject is allowed at most `limit` times in any window that the sliding count
// of two calendar minutes can see; (2) at most entries_max subjects are tracked per minute,
// strangers beyond that are refused until the minute ends; (3) nothing is held two minutes after
// the last use, once Sweep was called. Source: protocol document, 1.1.6 (register rate), 1.1.10.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/state.h"
#include "core/base/time.h"

namespace core {

class RateLimit {
 public:
  struct Terms {
    uint32_t per_minute = 0;
    uint32_t entries_max = 0;
  };

  // Counts one use and says whether it is allowed; a refused use is not counted.
  [[nodiscard]] bool Allow(Time now, uint64_t subject, const Terms& terms);

  // The next minute's begin: the earliest time at which a refused subject may have room again.
  [[nodiscard]] static Time NextMinute(Time now);

  // Drops what the window has left behind.
  void Sweep(Time now) { Turn(now); }

  [[nodiscard]] bool empty() const { return current_.empty() && previous_.empty(); }

  [[nodiscard]] size_t HeapBytes() const { return current_.HeapBytes() + previous_.HeapBytes(); }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Turn(Time now);

  int64_t minute_ = 0;
  FlatTable<uint64_t, uint32_t> current_;
  FlatTable<uint64_t, uint32_t> previous_;
};

}  // namespace core
