// Inspector: sees the events of a run one by one, where observers see whole windows: for people who step through a run, and for debuggers.
//
// Peers of one window do not influence each other, so the engine runs one peer's events of a window back to back; a inspector sees them in
// that order, each peer's own in the order of time. It may look at the world between two events and changes nothing. Without a inspector
// an event pays one comparison. Thread rule: one thread; a world with a inspector runs on one.
#pragma once

#include <span>
#include <string_view>

#include "core/base/ids.h"
#include "sim/engine/event.h"
#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"
#include "sim/world/step_lane.h"

namespace sim {

// One event of a peer, and what was told of it: nothing of what no observer wants. Valid during the call.
struct InspectedEvent {
  WorldTime at;
  core::PeerId peer;
  std::string_view what;  // "message", "timer", ...: a literal.
  core::PeerId from;      // Of a message or a refusal; otherwise the peer or kWorld.
  std::span<const TappedMessage> messages;
  std::span<const WorldFact> world_facts;
  std::span<const UserFact> user_facts;
  std::span<const Fact> facts;
};

class Inspector {
 public:
  virtual ~Inspector() = default;

  // The peer's next event is about to happen.
  virtual void Before(WorldTime, core::PeerId) {}

  virtual void After(const InspectedEvent&) {}
};

}  // namespace sim
