// Explorer: tries the orders in which the messages of a small world can arrive, with crashes and passing time at every place,
// systematically up to bounds; and lets every checker judge every end.
//
//   at a world that                 | it
//   is one that was reached before  | adds the schedules that were counted from there, goes back
//   has no move left, or is too far | runs on to the scenario's end, is judged, counts 1, goes back
//   has moves that were not tried   | makes the next one
//   has none of them                | remembers how many schedules there are from here, goes back
//
// Moves that commute lead to the same world (SmallWorld::State), so what can follow is tried once for all their orders: that
// is the partial-order reduction. Worlds that differ only in the order in which what is on the way was sent count as one, so
// with a bound on deviations what the later way could have done for less of them is left out. Sleep sets on top of it halved the moves and none of the worlds, and would be wrong with a
// bound on deviations. The search is stateless: to go back it makes all moves again from the beginning, so that the flows
// under test need nothing for it. Invariant: the counts depend on scenario and bounds alone. Thread rule: one thread. Source:
// issue 4, point 6; deviations: delay bounding (Emmi, Qadeer and Rakamaric 2011).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/hash.h"
#include "sim/explore/move.h"
#include "sim/explore/small_world.h"
#include "sim/observe/checkers/checker.h"
#include "sim/scenario/scenario.h"
#include "sim/world/identities.h"

namespace sim {

// Of one schedule.
struct Bounds {
  uint32_t depth = 200;  // Moves; what comes after them happens in the order of sending.
  // Moves other than the usual one: what was sent first arrives; with nothing on the way, whoever is down
  // comes back; with nobody down, time passes.
  uint32_t deviations = 2;
  uint32_t crashes = 0;
  uint32_t timeouts = 0;         // Times at which everybody waits for somebody's deadline.
  uint64_t worlds = 10'000'000;  // Of the whole search: reached so many, it gives up.
};

// What a check had to judge and found, over all schedules.
struct Ruling {
  CheckInfo info;
  uint64_t premises = 0;
  uint64_t violated = 0;  // Ends.
  std::optional<Violation> first;
};

struct Exploration {
  uint64_t schedules = 0;  // Orders of moves that are covered; 2^64 - 1: that many or more.
  uint64_t worlds = 0;     // Different ones.
  uint64_t moves = 0;      // Between them.
  uint64_t ends = 0;       // Judged: nothing was left to do.
  uint64_t cut = 0;        // Judged: at the depth.
  bool whole = true;       // Nothing within the bounds was left out.
  bool failed = false;
  std::vector<Move> failing;  // The schedule that failed.
  std::vector<Ruling> checks;
};

class Explorer {
 public:
  // REQUIRES: SmallWorld::Check is ok; the scenario and the flag, if there is one, outlive this.
  Explorer(const Scenario& scenario, const Bounds& bounds, const std::atomic<bool>* stop_flag);

  // Ends at the first schedule that violates a safety check, or a liveness check that the scenario expects.
  [[nodiscard]] Exploration Run();

 private:
  // What the moves so far have used up.
  struct Spent {
    uint32_t deviations = 0;
    uint32_t crashes = 0;
    uint32_t timeouts = 0;
  };

  // A world on the way to the present one.
  struct Place {
    core::Fingerprint name;
    Spent spent;
    std::vector<Move> todo;
    size_t tried = 0;
    uint64_t schedules = 0;
    Move usual;  // What is no deviation.
  };

  void Enter(const Spent& spent);
  void Try();
  void GoBack();
  void Restore();
  void Judge();
  [[nodiscard]] Spent After(const Place& place, const Move& move) const;
  [[nodiscard]] bool IsWithin(const Spent& spent) const;
  [[nodiscard]] core::Fingerprint NameOf(const Spent& spent) const;
  [[nodiscard]] bool Fails(const Checker& checker) const;

  const Scenario& scenario_;
  const Bounds bounds_;
  const std::atomic<bool>* stop_flag_;
  Identities identities_;
  Exploration result_;
  std::unique_ptr<SmallWorld> world_;  // nullptr: must be made again along path_.
  std::vector<Move> path_;
  std::vector<Place> places_;                      // One more than path_, while the search goes on.
  std::map<core::Fingerprint, uint64_t> counted_;  // Schedules from a world on.
};

}  // namespace sim
