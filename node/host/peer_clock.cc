#include "node/host/peer_clock.h"

#include <algorithm>
#include <utility>

namespace node {

core::Time PeerClock::At(const Moment& now) {
  const core::Duration elapsed = std::max(now.steady - steady_, core::Duration{});
  const core::Duration offset{now.wall.us - now.steady.us};
  const core::Duration jumped = offset - offset_;
  time_ = std::max(time_ + elapsed / 2, core::Time{now.wall.us});
  steady_ = std::max(steady_, now.steady);
  offset_ = offset;
  if (jumped > kJump || jumped < core::Duration{} - kJump) {
    jump_ = Jump{jumped, ahead()};
    ++(jumped.us > 0 ? jumps_forward_ : jumps_back_);
  }
  return time_;
}

core::Duration PeerClock::Delay(core::Time deadline) const {
  if (deadline <= time_) return {};
  const core::Duration left = deadline - time_;
  // At half speed until the lead is used up.
  return left + std::min(left, std::max(ahead(), core::Duration{}));
}

std::optional<PeerClock::Jump> PeerClock::TakeJump() {
  return std::exchange(jump_, std::nullopt);
}

}  // namespace node
