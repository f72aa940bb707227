#include "node/discovery/backoff.h"

#include <algorithm>

#include "core/base/check.h"

namespace node {
namespace {
constexpr uint32_t kFailuresMax = 1'000'000;
}  // namespace

core::Duration BackoffDelay(const BackoffTerms& terms, uint32_t failures, core::Random& random) {
  CHECK(failures > 0 && terms.base.us > 0);
  core::Duration delay = terms.base;
  for (uint32_t i = 1; i < failures && delay < terms.cap; ++i) delay = delay * 2;
  delay = std::min(delay, terms.cap);
  const core::Duration jitter = delay * terms.jitter_percent / 100;
  return {random.Between((delay - jitter).us, (delay + jitter).us)};
}

void Backoff::OnFailure(core::Time now, const BackoffTerms& terms, core::Random& random) {
  failures_ = std::min(failures_ + 1, kFailuresMax);
  ready_at_ = now + BackoffDelay(terms, failures_, random);
}

}  // namespace node
