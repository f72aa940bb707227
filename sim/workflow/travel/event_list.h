// EventList: the events of a stretch of a run, one by one and in their order, with what was told of each.
//
//   EventList events(session, {.peer = p, .from = a, .until = b, .count = 5});
//   RETURN_IF_ERROR(events.Run());
//   events.events();
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/workflow/session.h"
#include "sim/workflow/travel/event_key.h"
#include "sim/world/inspector.h"

namespace sim {

struct ToldEvent {
  EventKey key;
  std::string what;                // "message from 3".
  std::vector<std::string> lines;  // Narrated.
};

struct EventQuery {
  core::PeerId peer = core::kNoPeer;  // kNoPeer: all, and what the world does.
  EventKey from = {};                 // Behind this one,
  EventKey until = {};                // up to this one.
  size_t count = 1;                   // At most so many,
  bool last = false;                  // the last of them; otherwise the first.
};

class EventList : public Inspector {
 public:
  // REQUIRES: the session is open, runs on one thread, has not run beyond the window of `from`, and is not run by others from then
  // on; it outlives this.
  EventList(Session& session, const EventQuery& query) : session_(session), query_(query) {}

  // `goes_on` is asked now and then. Errors: what the session says; an interruption.
  [[nodiscard]] core::Status Run(const std::function<bool()>& goes_on);

  [[nodiscard]] const std::vector<ToldEvent>& events() const { return events_; }

  void After(const InspectedEvent& event) override;

 private:
  class Listener;

  void Take(ToldEvent event);
  void Trim();

  Session& session_;
  EventQuery query_;
  EventCounter counter_;
  uint32_t world_index_ = 0;
  WorldTime world_at_{-1};
  std::vector<ToldEvent> events_;
};

// "5.020123s", which `go` and --until read.
[[nodiscard]] std::string InstantText(WorldTime at);

// "5.020123s #0 peer 3: message from 11", and the lines below it.
[[nodiscard]] std::string EventText(const ToldEvent& event);

}  // namespace sim
