// DebuggerStop: where a debugger stops at a peer and an instant: tools/gdb/orbsim.py sets what is wanted and breaks on orb_stop. It
// needs no debug information of variables, and no condition that the debugger would have to try at every event.
//
//   orb_stop_peer, orb_stop_at_us   wanted: the debugger writes them; no peer has the first value
//   orb_stop_ready()                called once, before the first event
//   orb_stop()                      called before each event of that peer at or behind that instant
//   orb_here_peer, orb_here_at_us   what is about to have its event, and when
//   orb_state()                     what that peer is, as text
//
// Thread rule: one run at a time in a process.
#pragma once

#include "sim/world/inspector.h"
#include "sim/world/world.h"

namespace sim {

class DebuggerStop : public Inspector {
 public:
  // REQUIRES: the world outlives it.
  explicit DebuggerStop(const World& world);
  ~DebuggerStop() override;
  DebuggerStop(const DebuggerStop&) = delete;
  DebuggerStop& operator=(const DebuggerStop&) = delete;

  void Before(WorldTime at, core::PeerId peer) override;
};

}  // namespace sim
