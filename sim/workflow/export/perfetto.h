// Perfetto: a run as a Chrome JSON trace, which ui.perfetto.dev opens: groups are processes, peers their threads.
//
//   slices on a peer's track     messages sent and received (1 us each: a step takes no time), joined by flows
//   slices of their own          operations (operations.h), from their begin to their end
//   instants                     what else a peer reports; faults, at the process "world"
//   counters of "world"          peers up; messages and bytes, per second
// Invariants: on every track and counter times do not fall; each begin of an operation stands right before its end; a flow's
// end has the id of its begin, which stands before it. A message that never arrives has no end, one
// whose content was damaged on its way no begin. Memory: what is open
// (operations.h), a bit per peer. Format: Trace Event Format (Google, JSON object form). Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/observer.h"
#include "sim/workflow/export/operations.h"
#include "sim/workflow/export/selection.h"

namespace sim {

class Perfetto : public Observer {
 public:
  using Sink = std::function<void(std::string_view)>;

  Perfetto(Selection selection, Sink sink);

  // The first lines; REQUIRED before the run.
  void Begin(const Scenario& scenario);

  [[nodiscard]] bool WantsMessages() const override { return true; }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnMessage(const WorldView& world, const MessageFact& fact) override;
  void OnTraffic(const WorldView& world, const TrafficCounters& since) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  // Appends an event with the common members; `more` are further members, each behind a comma.
  void Event(char phase, std::string_view name, std::string_view track, WorldTime at,
             std::string_view more);
  void Counter(std::string_view name, WorldTime at, const std::string& values);
  void Span(const OperationSpan& span);
  void Instant(core::PeerId peer, WorldTime at, std::string_view name, const std::string& members);
  // The members "pid" and "tid" of a peer, which is named when it first appears.
  [[nodiscard]] std::string TrackOf(core::PeerId peer);
  void Name(std::string_view what, const std::string& track, const std::string& name);

  Selection selection_;
  Sink sink_;
  Operations operations_;
  const Scenario* scenario_ = nullptr;
  std::string world_track_;
  std::vector<bool> named_;
  TypeTraffic carried_;  // Since the last checkpoint.
  uint64_t dropped_ = 0;
  int64_t up_ = 0;
  std::string line_;
};

}  // namespace sim
