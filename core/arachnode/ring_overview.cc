#include "core/arachnode/ring_overview.h"

namespace core {

RingSide SideOf(const Place& own, const Place& other, int shared) {
  const uint8_t mine = TakenRing(own);
  const uint8_t its = TakenRing(other);
  if (shared < std::min(mine, its)) return RingSide::kElsewhere;
  if (its == mine) return RingSide::kBeside;
  return its < mine ? RingSide::kInner : RingSide::kOuter;
}

}  // namespace core
