// Describe: observations, messages, inputs of the world as a name and a few fields: what the trace
// writes as JSON and the narration as a sentence. Node ids, keys and tasks are shortened to 16 bits
// for people and whole for machines; no pointers, no wall time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/codec/messages.h"
#include "core/port/observation.h"
#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"

namespace sim {

struct Field {
  std::string_view name;
  // A peer is a number too, but is narrated as "peer 7".
  std::variant<int64_t, bool, std::string_view, core::PeerId, core::Key256, core::TaskId> value;
};

struct Description {
  std::string_view name;  // snake_case: "match_started", "found".
  std::vector<Field> fields;
};

[[nodiscard]] Description Describe(const core::Observation& observation);
[[nodiscard]] Description Describe(const core::Message& message);
// Of a message whose content nobody read (it was dropped) the type alone; "unreadable" where decoding failed.
[[nodiscard]] Description Describe(const MessageFact& fact);
[[nodiscard]] Description Describe(const WorldFact& fact);
[[nodiscard]] Description Describe(const UserFact& fact);

// The same for a sending and what arrives of it; a message that is sent again keeps it. Not every message has an id, so the
// content tells too. REQUIRES: fact.message.
[[nodiscard]] uint64_t MessageName(const MessageFact& fact);

// "records 3, truncated no, key 9c41.."; empty without fields.
[[nodiscard]] std::string Sentence(const Description& description);
// ,"records":3,"truncated":false,"key":"9c41..." with full hex.
[[nodiscard]] std::string JsonMembers(const Description& description);
void AppendJsonMembers(const Description& description, std::string& text);

}  // namespace sim
