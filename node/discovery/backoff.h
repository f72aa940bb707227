// How long to wait before the next try: the base, doubled with every failure up to a cap, give or take
// a random share, so that peers which failed together do not come back together.
// Source: protocols_of_the_other_seeds.md, 3.5 ("backoff 2^n s + jitter").
#pragma once

#include <cstdint>
#include <limits>

#include "core/base/random.h"
#include "core/base/time.h"

namespace node {

struct BackoffTerms {
  core::Duration base = core::Seconds(2);
  core::Duration cap = core::Minutes(60);
  int64_t jitter_percent = 25;  // 0 to 100.
};

// Uniform in [d - j, d + j], d = min(cap, base * 2^(failures - 1)), j = jitter_percent of d.
// REQUIRES: failures > 0, base > 0.
[[nodiscard]] core::Duration BackoffDelay(const BackoffTerms& terms, uint32_t failures,
                                          core::Random& random);

// One thing that is tried again and again, such as a seed.
class Backoff {
 public:
  void OnFailure(core::Time now, const BackoffTerms& terms, core::Random& random);

  void Reset() { *this = Backoff(); }

  [[nodiscard]] bool Ready(core::Time now) const { return now >= ready_at_; }

  [[nodiscard]] core::Time ready_at() const { return ready_at_; }

  [[nodiscard]] uint32_t failures() const { return failures_; }

 private:
  core::Time ready_at_{std::numeric_limits<int64_t>::min()};
  uint32_t failures_ = 0;
};

}  // namespace node
