// Explorer: a process that is a run at one instant. It does what its channel asks for and ends when the channel's other end is closed.
//
// A world cannot be copied, but a process can: kFork makes another one that is at the same instant, and shares the memory that neither
// changes. A checkpoint is an explorer that is only ever forked.
//
//   request   reply, JSON                                            afterwards
//   kFork     of the new one: {"pid"}                                where it was
//   kRunTo    {"at"}: where the window begins that `until` is in     there
//   kEvents   {"events": [{"at", "peer", "index", "what", "lines"}]} of no more use
//   kState    {"text"}                                               of no more use
//   kChecks   {"text"}, {"violated"}: how many                       of no more use
//   kSeek     {"found", "at", "peer", "text"}                        of no more use
// Instead of any of them: {"error"}. Thread rule: a forked process has one thread, so the engine runs on one.
#pragma once

#include <functional>
#include <memory>

#include "sim/scenario/scenario.h"
#include "sim/workflow/travel/channel.h"

namespace sim {

struct Expedition {
  std::shared_ptr<const Scenario> scenario;  // Its swarm is drawn.
  WorldTime end;
};

// Begins at the start of the run; the reply to come is {"pid"}, or {"error"}. REQUIRES: this process has one thread. Errors: no process
// could be made.
[[nodiscard]] core::Status BeginExplorer(const Expedition& expedition, Channel channel);

}  // namespace sim
