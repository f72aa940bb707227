#include "sim/world/adversaries/lying_holder.h"

#include <algorithm>
#include <limits>
#include <variant>

namespace sim {
namespace {

uint32_t Overstated(uint32_t figure) {
  const uint64_t larger = std::max<uint64_t>(figure, 1) * LyingHolder::kFactor;
  return static_cast<uint32_t>(std::min<uint64_t>(larger, std::numeric_limits<uint32_t>::max()));
}

core::Traffic Falsified(const core::Traffic& traffic, bool over) {
  if (!over) return {};
  return {Overstated(traffic.count), Overstated(traffic.arrivals_per_min),
          Overstated(traffic.queries_per_min), Overstated(traffic.wanted)};
}

}  // namespace

bool LyingHolder::NextIsOver() {
  if (lie_ != Lie::kFlipping) return lie_ == Lie::kOver;
  over_next_ = !over_next_;
  return !over_next_;
}

void LyingHolder::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    core::Body& body = out.message.body;
    auto* const ack = std::get_if<core::ProvideAck>(&body);
    auto* const found = std::get_if<core::Found>(&body);
    auto* const push = std::get_if<core::Push>(&body);
    if (ack == nullptr && found == nullptr && push == nullptr) continue;
    if (!occasions_.Misbehave()) continue;
    const bool over = NextIsOver();
    if (ack != nullptr) {
      ack->traffic = Falsified(ack->traffic, over);
      ack->crowded = over;
    } else if (found != nullptr) {
      found->traffic = Falsified(found->traffic, over);
      found->truncated = over;
    } else {
      push->traffic = Falsified(push->traffic, over);
    }
  }
}

}  // namespace sim
