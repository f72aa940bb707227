// Trace: what happened, line by line, as JSON for machines or narrated for people. Schema version 1
// is docs/trace_format.md; a change of a field's meaning makes a new version.
//
// Invariants: (1) no pointers, no wall time, nothing of the machine: equal runs give equal bytes;
// (2) lines come in the order of the facts; (3) the trace reads, it never influences. Who wants
// messages pays a call per message. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/observe/describe.h"
#include "sim/observe/observer.h"

namespace sim {

enum class TraceLevel : uint8_t {
  kNone,
  kDecisions,  // World events and what participants decided.
  kMessages,   // Also every message: sent, delivered, dropped.
  kFull,       // Every observation too.
};

// "none", "decisions", "messages", "full"; nothing for another word.
[[nodiscard]] std::optional<TraceLevel> TraceLevelOf(std::string_view name);
[[nodiscard]] std::string_view NameOf(TraceLevel level);

enum class TraceForm : uint8_t { kJsonLines, kNarrated };

class Trace : public Observer {
 public:
  // Takes whole lines, each with its line feed.
  using Sink = std::function<void(std::string_view)>;

  Trace(TraceLevel level, TraceForm form, Sink sink);

  // Only what this peer did and what was sent to it.
  void Only(core::PeerId peer) { only_ = peer; }

  // The first line of a JSON trace: which run this is. A narration has none.
  void Begin(const Scenario& scenario);

  [[nodiscard]] FactMask Wants() const override;

  [[nodiscard]] bool WantsMessages() const override { return level_ >= TraceLevel::kMessages; }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnMessage(const WorldView& world, const MessageFact& fact) override;

 private:
  // Begin and end of a line of JSON.
  void StartLine(WorldTime at, std::string_view kind);
  void FinishLine(const Description& what);

  [[nodiscard]] bool Skips(core::PeerId a, core::PeerId b) const {
    return only_.has_value() && *only_ != a && *only_ != b;
  }

  TraceLevel level_;
  TraceForm form_;
  Sink sink_;
  std::optional<core::PeerId> only_;
  std::string line_;  // In the making; keeps its memory.
};

}  // namespace sim
