// Holding: one record that a holder keeps, told without handles, times and sequences, so that holders on different machines
// and in the simulator can be compared (core/peer/settled_state.h).
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/ids.h"
#include "core/codec/messages.h"

namespace core {

struct Holding {
  Key256 key;
  Key256 topic;
  NodeId owner;
  Role role = Role::kWorker;
  uint8_t specificity = 0;

  friend auto operator<=>(const Holding&, const Holding&) = default;
};

}  // namespace core
