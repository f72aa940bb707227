// Latency: the base delay of a pair, one way, without jitter and queues: fixed, uniform per pair,
// matrix or regions with access delays (simulator.md, section 2).
//
// Invariants: (1) pure and stateless: nothing is kept per pair; (2) never below Smallest(), which
// is at least the scenario's floor: the engine's lookahead. Reads Scenario and Placement, which
// must outlive it.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "sim/network/placement.h"
#include "sim/scenario/scenario.h"

namespace sim {

class Latency {
 public:
  Latency(const NetworkSpec& spec, const Placement& placement, uint64_t seed);

  [[nodiscard]] Duration OneWay(core::PeerId from, core::PeerId to) const;

  [[nodiscard]] Duration Smallest() const { return smallest_; }

 private:
  [[nodiscard]] Duration UniformOf(core::PeerId from, core::PeerId to) const;
  [[nodiscard]] Duration FindSmallest() const;

  const NetworkSpec& spec_;
  const Placement& placement_;
  uint64_t pair_key_;
  Duration smallest_;
};

}  // namespace sim
