#include "sim/network/link.h"

#include <algorithm>

namespace sim {

std::optional<WorldTime> LinkQueue::Pass(WorldTime now, uint32_t bytes, uint64_t bits_per_s,
                                         Duration limit) {
  if (bits_per_s == 0) return now;
  const WorldTime start = std::max(now, free_at);
  if (start - now > limit) return std::nullopt;
  const uint64_t bit_micros = uint64_t{bytes} * 8 * 1'000'000;
  // Rounded up: a link is never faster than its rate.
  const uint64_t took = bit_micros / bits_per_s + (bit_micros % bits_per_s != 0 ? 1 : 0);
  free_at = start + Duration{static_cast<int64_t>(took)};
  return free_at;
}

}  // namespace sim
