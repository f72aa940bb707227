// Chain: how one event led to another, back from the event on which a check failed.
//
//   rule     | the cause of an event is                              | holds for
//   message  | the last sending of that message                      | a delivery
//   step     | what came to the peer in that instant                 | what a peer did, told or sent at once
//   before   | what last came to the peer, or what it last told, of  | the same, when nothing that matters came: a timer, a disk that is done
//            | the same operation if there is one                    |
//   fault    | the fault of that instant                             | a peer's stop, start, pause
// A delivery also follows what the peer did before: the state that it met. Of all that precedes the violation by these rules a chain keeps
// so many lines: the direct line of causes first, then what touches the violation's names before what is near, what users
// did before what was done, that before what was said, at the violation's peer before elsewhere, later before earlier. Thread rule: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/workflow/explain/happening.h"

namespace sim {

enum class CauseRule : uint8_t { kNone, kMessage, kStep, kBefore, kFault };

struct Causes {
  CauseRule rule = CauseRule::kNone;
  size_t cause = 0;              // Unless the rule is kNone.
  std::optional<size_t> before;  // Of a delivery: the state that it met.
  bool lost = false;             // A sending that did not arrive.
};

// By place in the list. REQUIRES: sorted by InOrder.
[[nodiscard]] std::vector<Causes> FindCauses(const std::vector<Happening>& happenings);

// Of one instant: faults first, then peer by peer, each as its step goes.
void InOrder(std::vector<Happening>& happenings);

struct ChainLine {
  Happening happening;
  CauseRule rule = CauseRule::kNone;
  size_t cause = 0;     // The line, unless the rule is kNone.
  size_t left_out = 0;  // Events between this and its cause; the rule is that of the nearer end.
  bool lost = false;
};

struct Chain {
  std::vector<ChainLine> lines;  // Earliest first; the last one is where the check failed.
  size_t preceding = 0;  // Events that precede the violation by the rules, with those left out.
};

// Ends in the event that is the trigger; without one in the last event at `peer`, or anywhere. Empty when there is none.
[[nodiscard]] Chain MakeChain(std::vector<Happening> happenings, core::PeerId peer,
                              size_t lines_max);

}  // namespace sim
