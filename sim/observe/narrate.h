// Narrate: what happened as one line for people, without its time: who, a mark, what, its fields.
// The marks are those of docs/trace_format.md: `!` the world, `*` a peer, `>` sent, `<` received,
// `x` lost; `@` is what the user at a peer did with a collection.
#pragma once

#include <string>

#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"

namespace sim {

[[nodiscard]] std::string Narrate(const Fact& fact);
[[nodiscard]] std::string Narrate(const WorldFact& fact);
[[nodiscard]] std::string Narrate(const UserFact& fact);
[[nodiscard]] std::string Narrate(const MessageFact& fact);

}  // namespace sim
