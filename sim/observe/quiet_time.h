// QuietTime: since when every peer that ever started is up and no fault is in force. What liveness may be demanded from.
//
// Fed with world facts. A peer that has not started yet disturbs nobody. Thread rule: one thread.
#pragma once

#include <optional>

#include "core/base/flat_table.h"
#include "sim/network/schedule.h"
#include "sim/observe/observer.h"

namespace sim {

class QuietTime {
 public:
  void Note(const WorldView& world, const WorldFact& fact) {
    using Kind = WorldFact::Kind;
    if (fact.kind == Kind::kStopped || fact.kind == Kind::kPaused) down_.Insert(fact.peer);
    if (fact.kind == Kind::kStarted || fact.kind == Kind::kResumed) down_.Erase(fact.peer);
    // What happens in a moment is over; a crash that waits for a batch shows when the peer stops.
    const bool lasts = fact.kind == Kind::kFaultBegan &&
                       HasScheduledEnd(world.scenario().faults[fact.detail].kind);
    if (lasts) ++faults_;
    if (fact.kind == Kind::kFaultEnded && faults_ > 0) --faults_;
    if (fact.kind == Kind::kCalm) faults_ = 0;
    if (fact.kind != Kind::kCommanded) since_ = fact.at;
  }

  // Empty: not now.
  [[nodiscard]] std::optional<WorldTime> Since() const {
    if (!down_.empty() || faults_ > 0) return std::nullopt;
    return since_;
  }

 private:
  core::FlatTable<core::PeerId, bool> down_;
  uint32_t faults_ = 0;
  WorldTime since_;
};

}  // namespace sim
