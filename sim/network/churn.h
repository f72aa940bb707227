// Churn: when peers arrive, leave and return (simulator.md, section 2, processes).
//
// A peer of a group with churn alternates: up for a session, down for a gap, up again as the next
// incarnation. Invariants: (1) a session or gap depends on (seed, peer, incarnation) only; (2) it
// lasts kPhaseMin or longer, so time always advances; (3) transitions come in the order
// (time, peer); (4) the queue holds 16 bytes per peer that still has something to come, and costs
// O(log peers) a transition. Traces: the values of a group's k-th member's i-th incarnation is
// number k + i * members, so that a trace is used up evenly.
// A warm network has run for long: peers of a group that is there from the start are somewhere in a session or a gap,
// as a look at a random time finds them (long sessions more often). Otherwise a peer starts with a full session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

class Churn {
 public:
  static constexpr Duration kPhaseMin = core::Milliseconds(1);

  // Refuses a group whose distributions cannot be drawn from.
  [[nodiscard]] static core::Status Check(const Scenario& scenario);

  // REQUIRES: Check is ok; the scenario outlives this.
  Churn(const Scenario& scenario, uint64_t seed);
  Churn(Scenario&&, uint64_t) = delete;

  [[nodiscard]] bool IsOn(core::PeerId peer) const { return GroupOf(peer).churn.on; }

  // When the peer starts for the first time: the group's arrivals are spread evenly.
  [[nodiscard]] WorldTime ArrivalOf(core::PeerId peer) const;

  // How long the incarnation stays up, and how long the peer then stays away.
  [[nodiscard]] Duration SessionOf(core::PeerId peer, uint32_t incarnation) const;
  [[nodiscard]] Duration GapAfter(core::PeerId peer, uint32_t incarnation) const;

 private:
  // Where a peer of a settled network is at time 0: in which phase, and how much of it is left.
  struct Entry {
    bool up = true;
    Duration left;
  };

  [[nodiscard]] const Group& GroupOf(core::PeerId peer) const;
  [[nodiscard]] bool IsSettled(const Group& group) const;
  [[nodiscard]] Entry EntryOf(core::PeerId peer) const;
  [[nodiscard]] Duration PhaseOf(core::PeerId peer, uint32_t incarnation, bool session) const;

  const Scenario& scenario_;
  uint64_t key_;
};

// A peer starts (up) or stops.
struct Transition {
  WorldTime at;
  core::PeerId peer;
  uint32_t incarnation = 0;
  bool up = true;

  friend bool operator==(const Transition&, const Transition&) = default;
};

// All arrivals, departures and returns of a run, taken in order.
class ChurnQueue {
 public:
  // REQUIRES: churn outlives the queue.
  ChurnQueue(const Churn& churn, uint32_t peer_count);

  // Time of the next transition, or Never.
  [[nodiscard]] WorldTime NextAt() const;

  // The next transition up to and including `now`, or nothing.
  std::optional<Transition> TakeDue(WorldTime now);

  [[nodiscard]] size_t MemoryUsage() const { return heap_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    int64_t at_us;
    uint32_t peer;
    uint32_t incarnation_up;  // incarnation * 2 + (1: starts).
  };

  [[nodiscard]] static bool Later(const Entry& a, const Entry& b);

  const Churn& churn_;
  std::vector<Entry> heap_;  // The earliest on top.
};

}  // namespace sim
