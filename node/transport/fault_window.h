// How many chunks of a socket were rejected lately.
//
// Invariant: Count says "too many" exactly when more than `limit` of the calls so far, this one
// included, lie within `window`. Holds `limit` times, from the first fault on.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/time.h"

namespace node {

class FaultWindow {
 public:
  // Counts one fault. limit 0: never too many.
  [[nodiscard]] bool Count(core::Time now, size_t limit, core::Duration window) {
    if (limit == 0) return false;
    if (times_.size() < limit) {
      times_.push_back(now);
      return false;
    }
    const bool too_many = now - times_[oldest_] < window;
    times_[oldest_] = now;
    oldest_ = (oldest_ + 1) % limit;
    return too_many;
  }

 private:
  std::vector<core::Time> times_;
  size_t oldest_ = 0;
};

}  // namespace node
