// Variations: other runs like a given one. Each is the scenario with a seed and a few settings changed, so that whatever takes a
// scenario takes it: run, replay, shrink, explain.
//
// A variation changes what happens around one instant: luck from shortly before it (Scenario::reseed), or the faults that the swarm
// drew. What the scenario itself lists stays as it is. Invariant: the drawn faults are no more than a seed draws, of the kinds that the swarm
// draws, as strong and as long, and within the fault phase; a check that a variation breaks could have been broken by a seed.
// Thread rule: any. Source: issue 5, point 1; docs/decisions/0015-guided-sweeps.md.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "sim/observe/coverage.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/scenario_source.h"
#include "sim/workflow/sweep/plan.h"

namespace sim {

class Variations {
 public:
  // `scenario` is what `source` loads. REQUIRES: both outlive it.
  Variations(const ScenarioSource& source, const Scenario& scenario);

  // A run like `parent`, other around the instant and the peer of `moment`. It takes `fresh` as its seed when it has its parent's faults
  // and all else new. Errors: a parent that cannot be loaded.
  [[nodiscard]] core::StatusOr<SweepCell> Of(const SweepCell& parent, const Feature& moment,
                                             uint64_t fresh, core::Random random) const;

 private:
  const ScenarioSource& source_;
  const Scenario& scenario_;
  size_t faults_max_;  // That are drawn.
};

}  // namespace sim
