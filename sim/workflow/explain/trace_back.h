// Back from a violation to what came before it: a run that fails is made again, first to find the event on which a check fails, then to
// collect what concerns it.
//
//   run           looks for                                         keeps
//   first         the event on which the check fails                the names that the violation shows
//   second, ...   what carries these names, and what they lead to   the events; again while there is more to learn
// None goes on beyond the violation, and none keeps a trace: memory is that of the world and of at most Recorder::kKept lines.
// Thread rule: one thread calls; the runs are on as many as the options say, which changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/workflow/console.h"
#include "sim/workflow/explain/witness.h"
#include "sim/workflow/session.h"

namespace sim {

// What all runs of one search share.
struct Traced {
  std::shared_ptr<const Scenario> scenario;  // REQUIRES: its swarm is drawn.
  SessionOptions options;                    // `until`: where the run ended.
  const Console& console;                    // Sees how far it is.
};

struct TracedViolation {
  CheckInfo check;
  Violation violation;
  FoundAt found;
  Concern concern;
  uint64_t events = 0;  // Of the run up to there.
};

// The first violation of that check. Errors: an interruption, a run that cannot be made, a check that is not violated (kNotFound).
[[nodiscard]] core::StatusOr<TracedViolation> FindViolation(const Traced& traced,
                                                            const std::string& check);

struct Preceding {
  std::vector<Happening> happenings;
  uint64_t forgotten = 0;  // Earlier ones, of which there were too many.
};

// What concerns the violation, up to it; the concern learns. Errors: those of the runs.
[[nodiscard]] core::StatusOr<Preceding> TraceBack(const Traced& traced, TracedViolation& finding);

}  // namespace sim
