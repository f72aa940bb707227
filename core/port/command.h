// What the local user asks of a peer. Typed rather than (verb, bytes): the host parses, the core
// never does.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/ids.h"
#include "core/base/string_list.h"
#include "core/base/time.h"
#include "core/codec/messages.h"

namespace core {

// What people meet about: H(topic) = SHA-256("vt/mm/1" || network || kind || label), each
// length-prefixed.
struct Topic {
  std::string kind;
  std::string label;

  friend bool operator==(const Topic&, const Topic&) = default;
};

// Find `want` partners on the topic within `patience`.
struct MatchCommand {
  Topic topic;
  Role seek = Role::kWorker;  // kMatcher: peers that seek each other.
  uint16_t want = 3;
  Duration patience = Seconds(10);
  Filter filter;
  StringList capabilities;  // Of this peer, for the partners' filters.
};

// Offer work capacity on the topic until LeaveCommand.
struct WorkCommand {
  Topic topic;
  uint16_t budget = 1;
  StringList capabilities;
};

// Stop taking part in the topic, in either role; publications are withdrawn.
struct LeaveCommand {
  Topic topic;
};

// Look up the peers nearest to target; answered by the observation LookupDone.
struct LookupCommand {
  Key256 target;
};

using Command = std::variant<MatchCommand, WorkCommand, LeaveCommand, LookupCommand>;

}  // namespace core
