#include "sim/workflow/envelope/edge.h"

namespace sim {
namespace {

bool MostPass(const Proportion& passed) {
  return 2 * passed.hits >= passed.runs;
}

bool MostSurelyPass(const Proportion& passed) {
  return passed.Confidence().low > 0.5;
}

bool MostMayPass(const Proportion& passed) {
  return passed.Confidence().high >= 0.5;
}

}  // namespace

core::StatusOr<bool> EdgeSearch::Ask(Question question, uint64_t step) {
  auto known = points_.find(step);
  if (known == points_.end()) {
    ASSIGN_OR_RETURN(const Proportion passed, point_(step));
    known = points_.emplace(step, passed).first;
  }
  return question(known->second);
}

core::StatusOr<uint64_t> EdgeSearch::Bisect(Question question) {
  uint64_t yes = 0;
  uint64_t no = steps_;
  while (no - yes > 1) {
    const uint64_t middle = yes + (no - yes) / 2;
    ASSIGN_OR_RETURN(const bool answer, Ask(question, middle));
    (answer ? yes : no) = middle;
  }
  return yes;
}

core::StatusOr<std::optional<Edge>> EdgeSearch::Find() {
  ASSIGN_OR_RETURN(const bool begins_well, Ask(MostPass, 0));
  ASSIGN_OR_RETURN(const bool ends_well, Ask(MostPass, steps_));
  if (!begins_well || ends_well) return std::optional<Edge>();
  Edge edge;
  ASSIGN_OR_RETURN(edge.passes, Bisect(MostPass));
  // With few seeds even the ends of the ramp may be doubtful; then the interval reaches to them.
  ASSIGN_OR_RETURN(const bool low_known, Ask(MostSurelyPass, 0));
  ASSIGN_OR_RETURN(const bool high_known, Ask(MostMayPass, steps_));
  if (low_known) {
    ASSIGN_OR_RETURN(edge.low, Bisect(MostSurelyPass));
  }
  edge.high = steps_;
  if (!high_known) {
    ASSIGN_OR_RETURN(const uint64_t doubtful, Bisect(MostMayPass));
    edge.high = doubtful + 1;
  }
  return std::optional<Edge>(edge);
}

}  // namespace sim
