// Edge: where along a ramp a scenario stops to pass, found by bisection over the share of seeds that pass.
//
//   question                                            its edge is
//   do at least half of the seeds pass?                 the edge
//   do surely more than half (Wilson, 95 %)?            the lower end of its interval
//   do perhaps more than half?                          the upper end
// Each is answered yes at the mild end and no at the harsh end, and taken to change once in between. Source: simulator.md, section 4.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/base/status.h"
#include "sim/workflow/proportion.h"

namespace sim {

// Runs all seeds at a step of the ramp; how many passed.
using PointAt = std::function<core::StatusOr<Proportion>(uint64_t step)>;

struct Edge {
  uint64_t passes = 0;  // The last step at which at least half pass; the next one does not.
  uint64_t low = 0;     // At this step surely more than half pass.
  uint64_t high = 0;    // At this one surely less.
};

class EdgeSearch {
 public:
  // REQUIRES: steps > 0.
  EdgeSearch(uint64_t steps, PointAt point) : steps_(steps), point_(std::move(point)) {}

  // Nothing: the scenario fails at the mild end already, or passes at the harsh one; points() says which. Errors: those of a point.
  [[nodiscard]] core::StatusOr<std::optional<Edge>> Find();

  // All that were looked at.
  [[nodiscard]] const std::map<uint64_t, Proportion>& points() const { return points_; }

 private:
  using Question = bool (*)(const Proportion&);

  [[nodiscard]] core::StatusOr<bool> Ask(Question question, uint64_t step);
  // The last step for which the answer is yes. REQUIRES: yes at 0, no at the end.
  [[nodiscard]] core::StatusOr<uint64_t> Bisect(Question question);

  uint64_t steps_;
  PointAt point_;
  std::map<uint64_t, Proportion> points_;
};

}  // namespace sim
