// Tables: a run as files for pandas: messages, calls and peers as comma-separated values, events as JSON lines, because each
// kind has fields of its own. Columns and units: docs/commands.md, "Exporting".
//
// Times are microseconds of simulated time. Rows come in the order of the run. Memory: what is open (operations.h). Thread
// rule: one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/observe/observer.h"
#include "sim/workflow/export/operations.h"
#include "sim/workflow/export/selection.h"

namespace sim {

class Tables : public Observer {
 public:
  using Sink = std::function<void(std::string_view)>;

  struct Sinks {
    Sink messages;
    Sink operations;
    Sink peers;
    Sink events;
  };

  Tables(Selection selection, Sinks sinks);

  // The lines with the columns' names.
  void Begin();

  [[nodiscard]] bool WantsMessages() const override { return true; }

  // A dropped message has its id in its frame only.
  [[nodiscard]] bool WantsFrames() const override { return true; }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnMessage(const WorldView& world, const MessageFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  void Event(WorldTime at, core::PeerId peer, std::string_view kind, std::string_view name,
             const std::string& members);
  void Row(const OperationSpan& span);
  void Peer(const WorldView& world, core::PeerId peer);

  Selection selection_;
  Sinks sinks_;
  Operations operations_;
};

}  // namespace sim
