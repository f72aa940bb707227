// Role: what replaces or wraps an honest peer's inputs and outputs. Adversaries and planted bugs
// are Roles; the core knows nothing of them. Roles compose: Before runs in the order of attachment,
// After in the reverse.
//
// When Before returns false no step happens: the input is lost, and the host asks for the next
// deadline only after the next step (a lost Wake stays lost until then).
//
// Rules: a role touches its own state, the input, the effects and immutable things, draws only from
// its own Random, and so keeps rule 1 of architecture.md, section 5. It may edit, add and remove
// sends (removed: its list `to` is emptied; the host skips a send to nobody) and observations are
// left as honest. A role that acts unasked names a deadline of its own: the host then delivers Wake
// to the peer, which stands an early one.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "core/port/input.h"
#include "sim/scenario/scenario.h"

namespace sim {

// What a role may know of the peer that it wraps. The context outlives the role.
struct RoleContext {
  core::PeerId self;
  const core::Context* context = nullptr;
  const core::SecretKey* secret = nullptr;  // The peer's; outlives the role too.
  uint64_t seed = 0;
  uint32_t incarnation = 0;
  PeerSet accomplices;  // Its group, itself included.
  PeerSet ghosts;       // Handles with an identity and no peer behind it.
};

class Role {
 public:
  virtual ~Role() = default;

  // May change the input; false: the peer never sees it.
  virtual bool Before(core::Time, core::Input&) { return true; }

  // May change what the peer wants done.
  virtual void After(core::Time, const core::Input&, core::Effects&) {}

  // When the role wants a step, on the peer's own clock; asked after each step.
  [[nodiscard]] virtual core::Time NextDeadline() const { return core::Time::Never(); }
};

}  // namespace sim
