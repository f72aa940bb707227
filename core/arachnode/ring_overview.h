// RingOverview: what a node says of its place in the rings to people who look at it: where it stands, what it holds, whom
// it knows around it, and how far a move has come. A copy as of now; nothing of the protocol goes by it.
//
//   side      | whose keys
//   inner     | the neighbour's ring has all of this node's keys and more
//   beside    | the same
//   outer     | a part of them
//   elsewhere | none of them
//
// Source: protocol document, 1.2.1 (neighbour references).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/arachnode/place.h"

namespace core {

enum class RingSide : uint8_t { kInner = 1, kBeside, kOuter, kElsewhere };

enum class RingWork : uint8_t {
  kNone = 1,
  kChoosing,    // A joiner asks who is where.
  kFilling,     // What the ring has is fetched.
  kHandingOff,  // Others confirm that they hold it.
  kReleasing    // What was handed off is deleted, or waits for that.
};

struct RingNeighbour {
  RingSide side = RingSide::kElsewhere;
  RingInfo info;  // Its own word.
};

struct RingOverview {
  std::optional<Place> place;  // Nothing: it lends nothing.
  uint64_t capacity = 0;       // Bytes, as the next two.
  uint64_t used = 0;
  uint64_t blocks = 0;
  uint64_t damaged = 0;  // Of the blocks: those that the disk could not give back.
  bool pressed = false;  // Too full, and the floor forbids to move out.
  RingWork work = RingWork::kNone;
  uint32_t through_ppm = 0;  // Of the keys that the work goes over; of kFilling and kHandingOff.
  uint32_t worked = 0;       // Blocks that it has fetched, or that were confirmed.
  std::vector<RingNeighbour> neighbours;  // By side, ring, and as they came.
};

// REQUIRES: `own` lends. The two nodes share `shared` bits of their ids.
[[nodiscard]] RingSide SideOf(const Place& own, const Place& other, int shared);

}  // namespace core
