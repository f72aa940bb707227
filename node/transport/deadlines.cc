#include "node/transport/deadlines.h"

#include <chrono>

namespace node {

void Deadlines::Arm(uint64_t key, core::Time when) {
  if (stopped_ || when == core::Time::Never()) return;
  entries_.push({when, key});
  if (when < timer_at_) Rest();
}

void Deadlines::Tick() {
  const core::Time now = clock_->Steady();
  while (!stopped_ && !entries_.empty() && entries_.top().when <= now) {
    const Entry entry = entries_.top();
    entries_.pop();
    due_(entry.key, entry.when);
  }
  Rest();
}

void Deadlines::Rest() {
  if (stopped_ || entries_.empty() || entries_.top().when == timer_at_) return;
  timer_at_ = entries_.top().when;
  const core::Duration left = timer_at_ - clock_->Steady();
  timer_.expires_after(std::chrono::microseconds(left.us));
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](ErrorCode error) {
    if (error || alive.expired() || stopped_) return;
    timer_at_ = core::Time::Never();
    Tick();
  });
}

void Deadlines::Stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace node
