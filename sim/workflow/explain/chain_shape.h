// The shape of a causal chain: what is left of it without peers, times, ids and numbers, so that the failures of one bug look alike
// and those of two bugs that break the same rule do not.
//
//   part    is
//   lived   whether the peer restarted, resumed or lost its disk since it first had to do with the violation
//   met     the last that it did before the operation that failed, with its words: "lock_released (cause forgotten)"
//   failed  the event on which the check failed, with its words: "vote_cast (vote approve)"
// "lived .. met .. failed"; a part of which there is nothing is left out. The links between are too: retries, lookups and the
// order of messages make as many lines as seeds (docs/decisions/0016-shapes-of-failures.md). Thread rule: any thread.
#pragma once

#include <string>

#include "core/base/ids.h"
#include "sim/workflow/explain/chain.h"

namespace sim {

// `peer`: of the violation; nobody: where the chain ends. Empty when the chain is. REQUIRES: no line of the chain was left out.
[[nodiscard]] std::string ShapeOf(const Chain& chain, core::PeerId peer);

// Six hex digits that stand for it in a table.
[[nodiscard]] std::string NameOfShape(const std::string& shape);

}  // namespace sim
