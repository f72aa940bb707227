#include "sim/observe/allowances.h"

#include <algorithm>
#include <bit>

namespace sim {

core::Duration ClockErrorMax(const Scenario& scenario, WorldTime at) {
  core::Duration one_peer;
  for (const Group& group : scenario.groups) {
    const core::Duration drift{at.us / 1'000'000 * group.clock.drift_ppm + group.clock.drift_ppm};
    one_peer = std::max(one_peer, group.clock.offset + drift);
  }
  core::Duration jumps;
  for (const Fault& fault : scenario.faults) {
    if (fault.kind != Fault::Kind::kClockJump) continue;
    jumps = jumps + core::Duration{std::max(fault.amount.us, -fault.amount.us)};
  }
  return one_peer * 2 + jumps;
}

core::Duration SettlingTime(const Scenario& scenario) {
  const core::NegotiationConfig& rules = scenario.protocol.negotiation;
  return rules.ack_wait * 2 + rules.present_interval * 3 + core::Seconds(5);
}

uint32_t BitsOf(uint64_t n) {
  return n < 2 ? 0 : static_cast<uint32_t>(std::bit_width(n - 1));
}

}  // namespace sim
