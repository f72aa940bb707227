// Swarm: faults drawn at random as an explicit list (simulator.md, sections 2 and 3).
//
//   intensity   per kind and minute   length at most   targets at most   share      delay    jump
//   low         1                     5 s              5 % of peers      0.5-5 %    50 ms    100 ms
//   medium      2                     15 s             20 %              2-20 %     200 ms   1 s
//   high        4                     30 s             50 %              5-50 %     1 s      10 s
//
// "Share" is the ratio of loss, duplicate, reorder and corrupt rules, "delay" the amount of delay,
// reorder and slow (a thousandth of it per message), "jump" that of clock jumps, either way. A crash at a
// store comes at one of the first 32 batches.
// Invariants: (1) every fault lies within the fault phase, so all are healed when it ends; (2) each
// (kind, number) has its own stream: another kind in the list, or one fault fewer, moves no other;
// (3) at least one and at most 64 faults per kind; (4) targets are one slice of the peers, modulo
// their number: at most two ranges, so that a shrunk capsule stays readable.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/random.h"
#include "sim/scenario/scenario.h"

namespace sim {

// In the order of `swarm.draw`, then of number. Kinds named twice are drawn once.
[[nodiscard]] std::vector<Fault> DrawSwarm(const SwarmSpec& swarm, const Scenario& scenario,
                                           uint64_t seed);

// One fault of that kind, as strong as those of the swarm and within the fault phase. Nothing: the swarm draws none.
[[nodiscard]] std::optional<Fault> DrawFault(const SwarmSpec& swarm, const Scenario& scenario,
                                             Fault::Kind kind, core::Random random);

// The scenario with the faults of its swarm, drawn by its seed, at the end of its fault list, and with no swarm any more:
// drawing twice changes nothing.
[[nodiscard]] Scenario WithDrawnFaults(Scenario scenario);

}  // namespace sim
