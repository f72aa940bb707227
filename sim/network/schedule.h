// FaultSchedule: when each fault begins and ends, explicit and drawn ones alike, in one order for
// the world to act on at window starts.
//
// Invariants: (1) edges are sorted by (time, ends before begins, fault index); (2) with a safety
// phase every fault has ended by safety_until (safety_only scenarios aside), and one that would
// begin there never begins; (3) a fault's index is its place in the list that the capsule carries,
// so removing one entry's faults moves no draw of the others.
// The scenario must outlive the schedule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

struct FaultEdge {
  WorldTime at;
  uint32_t fault = 0;  // Index into faults().
  bool begins = true;

  friend bool operator==(const FaultEdge&, const FaultEdge&) = default;
};

// True for faults that happen at one moment: restart, clock jump. They have no end.
[[nodiscard]] bool IsInstant(Fault::Kind kind);

// True for faults whose end the schedule knows. A crash at a store comes later than its beginning, and its
// end with it.
[[nodiscard]] bool HasScheduledEnd(Fault::Kind kind);

// When faults must be over: safety_until, or the end of the run without phases or in safety_only.
[[nodiscard]] WorldTime EndOfFaults(const Scenario& scenario);

class FaultSchedule {
 public:
  explicit FaultSchedule(const Scenario& scenario);
  explicit FaultSchedule(Scenario&&) = delete;  // The scenario would die first.

  [[nodiscard]] std::span<const Fault> faults() const { return faults_; }

  [[nodiscard]] std::span<const FaultEdge> edges() const { return edges_; }

  // The time of the next edge not yet taken, or Never.
  [[nodiscard]] WorldTime NextAt() const;

  // Takes and returns every edge up to and including `now`, in order. Valid until destroyed.
  std::span<const FaultEdge> TakeDue(WorldTime now);

 private:
  std::span<const Fault> faults_;
  std::vector<FaultEdge> edges_;
  size_t taken_ = 0;
};

}  // namespace sim
