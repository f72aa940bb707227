#include "sim/network/schedule.h"

#include <algorithm>
#include <tuple>

namespace sim {

bool IsInstant(Fault::Kind kind) {
  return kind == Fault::Kind::kRestart || kind == Fault::Kind::kClockJump;
}

bool HasScheduledEnd(Fault::Kind kind) {
  return !IsInstant(kind) && kind != Fault::Kind::kCrashAtStore;
}

WorldTime EndOfFaults(const Scenario& scenario) {
  const bool phased = scenario.safety_until.us > 0 && !scenario.safety_only;
  return WorldTime{} + (phased ? scenario.safety_until : scenario.duration);
}

FaultSchedule::FaultSchedule(const Scenario& scenario) : faults_(scenario.faults) {
  const WorldTime end_of_faults = EndOfFaults(scenario);
  for (uint32_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    const WorldTime begin = WorldTime{} + fault.at;
    if (begin >= end_of_faults) continue;
    edges_.push_back({begin, i, true});
    if (!HasScheduledEnd(fault.kind)) continue;
    // A lasting fault without a length lasts until the faults end.
    const bool endless = fault.length.us <= 0 || fault.length > end_of_faults - begin;
    edges_.push_back({endless ? end_of_faults : begin + fault.length, i, false});
  }
  std::sort(edges_.begin(), edges_.end(), [](const FaultEdge& a, const FaultEdge& b) {
    return std::tuple(a.at, a.begins, a.fault) < std::tuple(b.at, b.begins, b.fault);
  });
}

WorldTime FaultSchedule::NextAt() const {
  return taken_ < edges_.size() ? edges_[taken_].at : WorldTime::Never();
}

std::span<const FaultEdge> FaultSchedule::TakeDue(WorldTime now) {
  const size_t first = taken_;
  while (taken_ < edges_.size() && edges_[taken_].at <= now) ++taken_;
  return std::span(edges_).subspan(first, taken_ - first);
}

}  // namespace sim
