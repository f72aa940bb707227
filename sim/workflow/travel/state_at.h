// StateAt: a peer's state right after a given event, as text, although the engine runs whole windows.
//
//   StateAt state(session, peer, position);
//   RETURN_IF_ERROR(state.Run());        // runs the session on, past the position's window
//   state.text();
#pragma once

#include <string>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/workflow/session.h"
#include "sim/workflow/travel/event_key.h"
#include "sim/world/inspector.h"

namespace sim {

class StateAt : public Inspector {
 public:
  // REQUIRES: the session is open, runs on one thread, and has not run beyond the window of `position`; it outlives this.
  StateAt(Session& session, core::PeerId peer, const EventKey& position)
      : session_(session), peer_(peer), position_(position) {}

  // Errors: what the session says; an interruption.
  [[nodiscard]] core::Status Run();

  [[nodiscard]] const std::string& text() const { return text_; }

  void Before(WorldTime at, core::PeerId peer) override;

 private:
  void Take();

  Session& session_;
  core::PeerId peer_;
  EventKey position_;
  EventCounter counter_;
  std::string text_;  // Empty: not taken yet.
};

}  // namespace sim
