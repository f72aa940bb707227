// Neighbour: a peer near a key, as routing remembers it and as clusters are made of. Acquaintance: what
// of that outlives a restart.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ids.h"

namespace core {

struct Neighbour {
  NodeId id;
  PeerId peer = kNoPeer;  // kNoPeer: nobody here has its handle. Then it is away.
  bool away = false;      // It fell silent and is remembered all the same.
};

struct Acquaintance {
  NodeId id;
  int64_t since_us = 0;  // When it fell silent, by the own clock.
  bool away = false;     // Otherwise the moment says nothing.
  bool cut = false;      // It fell silent together with so many that quorums are gone.

  friend bool operator==(const Acquaintance&, const Acquaintance&) = default;
};

inline constexpr size_t kAcquaintancesMax = 128;

}  // namespace core
