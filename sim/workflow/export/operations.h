// Operations: what takes time at a peer, each told once, when it is over: calls of clients, matches, tasks, lookups.
//
//   begins          | ends             | named by
//   CallStarted     | CallFinished     | the client's number
//   MatchStarted    | MatchFinished    | the topic
//   TaskAccepted    | TaskFinished     | the task
//   LookupDone less the time that it took
//
// What a peer had begun ends with it ("stopped"), the rest with the run ("unfinished"); a match begun anew ends the one before it
// ("replaced"). Memory: what is open. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/observer.h"

namespace sim {

struct OperationSpan {
  uint64_t number = 0;  // In the order of their ends, from 0.
  core::PeerId peer;
  std::string_view kind;  // get, put, ...: core::CallKind; match, task, lookup.
  std::string subject;    // Block, topic, task or target, in hex.
  WorldTime begun;
  WorldTime ended;
  std::string_view
      outcome;         // A word of CallOutcome or MatchEnd, or done, stopped, replaced, unfinished.
  uint32_t tries = 0;  // Of a call: attempts; of a match or a lookup: requests.
};

class Operations {
 public:
  using Sink = std::function<void(const OperationSpan&)>;

  explicit Operations(Sink sink) : sink_(std::move(sink)) {}

  static constexpr FactMask kWants =
      MaskOf<core::CallStarted, core::CallFinished, core::MatchStarted, core::MatchFinished,
             core::TaskAccepted, core::TaskFinished, core::LookupDone>();

  void Note(const Fact& fact);
  void Note(const WorldFact& fact);
  void NoteEnd(WorldTime at);

 private:
  // Peers have few operations open at a time: they are looked through.
  struct Open {
    std::string name;  // Unique among the open ones of the peer.
    OperationSpan span;
  };

  void Begin(const Fact& fact, std::string name, std::string_view kind, std::string subject);
  void End(const Fact& fact, const std::string& name, std::string_view outcome, uint32_t tries);
  void EndAll(WorldTime at, std::vector<Open>& open, std::string_view outcome);
  void Tell(OperationSpan span);

  Sink sink_;
  uint64_t told_ = 0;
  core::FlatTable<core::PeerId, std::vector<Open>> open_;
};

}  // namespace sim
