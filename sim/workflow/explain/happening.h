// Happening: one event of a run that matters to a violation, kept small: who, when, what in one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"
#include "sim/workflow/explain/concern.h"

namespace sim {

struct Happening {
  // In the order in which a step goes: what comes to a peer, what it makes of it, what it sends.
  enum class Kind : uint8_t { kFault, kProcess, kDelivered, kUser, kFact, kSent };
  Kind kind = Kind::kFact;
  WorldTime at;
  core::PeerId peer = core::kNoPeer;   // Where; nobody for a fault.
  core::PeerId other = core::kNoPeer;  // Of a message: from whom, or to whom.
  uint64_t message = 0;  // Of a message: the same for sendings and deliveries of the same.
  Relevance relevance = Relevance::kNamed;
  bool down = false;     // kProcess: the peer does not run, or does not listen, from now on.
  bool up = false;       // kProcess: it does again.
  bool command = false;  // kProcess: it was asked to do something; nothing before made this happen.
  bool trigger = false;  // On which the check failed.
  std::vector<uint64_t> operations = {};  // That it is part of, by a hash of their names.
  std::string_view name = {};             // What: "lock_released" (sim/observe/describe.h).
  std::string words = {};                 // The words and flags in it: "cause forgotten".
  std::string text;                       // sim/observe/narrate.h
};

// What an observer was told.
using AnyFact = std::variant<const Fact*, const WorldFact*, const UserFact*, const MessageFact*>;

// Faults are told by what the scenario says of them. REQUIRES: no message that cannot be read.
[[nodiscard]] Happening HappeningOf(const AnyFact& fact, const Scenario& scenario);

}  // namespace sim
