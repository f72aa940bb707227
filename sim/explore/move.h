// Move: one thing that may happen next in a small world.
//
// A move names itself: it means the same whatever else was done before. Thread rule: plain data. Source: issue 4, point 6.
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/ids.h"

namespace sim {

struct Move {
  enum class Kind : uint8_t {
    kDeliver,  // `message` arrives at `at`; a peer that is down never gets it.
    kCrash,  // It arrives, and at the `point`-th point of what it sets off the peer's process ends.
    kRestart,  // The peer comes back with what its disk has.
    kPassTime  // Everything is silent until the next deadline of anybody.
  };

  Kind kind = Kind::kDeliver;
  core::PeerId at = core::kNoPeer;  // kNoPeer: kPassTime.
  uint64_t message = 0;             // Sender, receiver and frame, hashed.
  uint32_t point = 0;

  friend auto operator<=>(const Move&, const Move&) = default;
};

}  // namespace sim
