// Turn: one peer's step in the making. Short-lived; what the functions of World hand each other.
#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "sim/engine/outbox.h"
#include "sim/world/peer_slot.h"
#include "sim/world/step_lane.h"
#include "sim/world/world.h"

namespace sim {

struct World::Turn {
  StepLane& lane;
  Outbox& outbox;
  PeerSlot& slot;
  core::PeerId peer;
  WorldTime now;
  core::Time local;     // The peer's own clock.
  uint32_t tapped = 0;  // Messages seen in this turn.
};

}  // namespace sim
