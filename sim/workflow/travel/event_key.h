// EventKey: the place of an event in the history of a run. Events of one instant come by peer, those of one peer in the order in which
// it had them; what the world does as a whole (a fault begins) comes before what peers had in the same instant.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "core/base/ids.h"
#include "sim/engine/event.h"

namespace sim {

struct EventKey {
  WorldTime at;
  core::PeerId peer = core::kNoPeer;  // kNoPeer: the world.
  uint32_t index = 0;                 // Among those of the peer in this instant.

  friend std::strong_ordering operator<=>(const EventKey& a, const EventKey& b) {
    if (a.at != b.at) return a.at <=> b.at;
    // kNoPeer plus one is zero.
    if (a.peer != b.peer) return a.peer.value + 1 <=> b.peer.value + 1;
    return a.index <=> b.index;
  }

  friend bool operator==(const EventKey&, const EventKey&) = default;
};

// Before everything at `at`, and behind it.
[[nodiscard]] constexpr EventKey BeginOf(WorldTime at) {
  return {{at.us - 1}, kWorld, std::numeric_limits<uint32_t>::max()};
}

[[nodiscard]] constexpr EventKey EndOf(WorldTime at) {
  return {at, kWorld, std::numeric_limits<uint32_t>::max()};
}

// Numbers the events of peers as an inspector meets them.
class EventCounter {
 public:
  EventKey Next(WorldTime at, core::PeerId peer) {
    const bool again = at == last_.at && peer == last_.peer;
    last_ = {at, peer, again ? last_.index + 1 : 0};
    return last_;
  }

 private:
  EventKey last_{{-1}, core::kNoPeer, 0};
};

}  // namespace sim
