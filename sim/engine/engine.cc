#include "sim/engine/engine.h"

namespace sim {

core::Status LivelockError(const Livelock& livelock, uint32_t events_max) {
  return core::ResourceExhausted("livelock: peer " + std::to_string(livelock.peer.value) + " had " +
                                 std::to_string(events_max) + " events at the instant " +
                                 std::to_string(livelock.at) + " us; its time no longer advances");
}

}  // namespace sim
