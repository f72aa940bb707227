#include "node/transport/waiters.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace node {

uint32_t Waiters::DrawNonce() {
  do {
    const uint32_t nonce = next_nonce_;
    next_nonce_ += 2;
    if (next_nonce_ < nonce) {
      wrapped_ = true;
      next_nonce_ = parity_ == 1 ? 1 : 2;  // Nonce 0 means "no request".
    }
    if (!waiting_.contains(nonce)) return nonce;
  } while (true);
}

void Waiters::Add(uint32_t nonce, core::Time deadline, Completion completion) {
  waiting_.emplace(nonce, Waiter{deadline, std::move(completion)});
  next_deadline_ = std::min(next_deadline_, deadline);
}

Waiters::Match Waiters::Complete(uint32_t nonce, Outcome outcome,
                                 std::span<const uint8_t> payload) {
  CHECK(IsOwn(nonce));
  const auto found = waiting_.find(nonce);
  if (found == waiting_.end()) {
    return wrapped_ || nonce < next_nonce_ ? Match::kLate : Match::kNeverAsked;
  }
  const Completion completion = std::move(found->second.completion);
  waiting_.erase(found);
  completion(outcome, outcome == Outcome::kAnswered ? payload : std::span<const uint8_t>());
  return Match::kCompleted;
}

size_t Waiters::Expire(core::Time now) {
  std::vector<uint32_t> due;
  next_deadline_ = core::Time::Never();
  for (const auto& [nonce, waiter] : waiting_) {
    if (waiter.deadline <= now) {
      due.push_back(nonce);
    } else {
      next_deadline_ = std::min(next_deadline_, waiter.deadline);
    }
  }
  std::sort(due.begin(), due.end());
  size_t count = 0;
  for (const uint32_t nonce : due) {
    if (Complete(nonce, Outcome::kTimedOut, {}) == Match::kCompleted) ++count;
  }
  return count;
}

void Waiters::CloseAll() {
  auto waiting = std::exchange(waiting_, {});
  next_deadline_ = core::Time::Never();
  for (auto& [nonce, waiter] : waiting) waiter.completion(Outcome::kClosed, {});
}

}  // namespace node
