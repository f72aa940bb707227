// What kind of failure a run is: the check that was violated first, what it found, and the shape of the chain of events that led there.
//
// Source: issue 5, point 1; docs/decisions/0016-shapes-of-failures.md.
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"
#include "sim/workflow/console.h"
#include "sim/workflow/session.h"

namespace sim {

// The earliest violation among those that failed the run; null when only metrics and premises did, or nothing.
[[nodiscard]] const Checker* FirstBroken(const Session& session);

// "TX-3: an approval": that check and what it found, without the numbers and ids in it; without one the names of what failed the
// run. Empty when the run passed.
[[nodiscard]] std::string SignatureOf(const Session& session);

// The same with the name of a shape: "TX-3: an approval, chain 3fa29c".
[[nodiscard]] std::string WithChain(const std::string& signature, const std::string& shape);

// The shape of the chain (sim/workflow/explain/chain_shape.h) that leads to the first violation of the check, from two reruns or
// more up to it. Errors: an interruption. REQUIRES: the scenario's swarm is drawn, its run violates the check.
[[nodiscard]] core::StatusOr<std::string> ChainShapeOf(
    const std::shared_ptr<const Scenario>& scenario, const std::string& check,
    const Console& console);

}  // namespace sim
