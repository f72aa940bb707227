// A chain as people read it: lines for a terminal, or a space-time diagram.
#pragma once

#include <string>

#include "sim/observe/checkers/checker.h"
#include "sim/workflow/explain/chain.h"

namespace sim {

// What failed, in a few words: "MM-8 a worker took more than its budget, or a task twice".
[[nodiscard]] std::string FailureTitle(const CheckInfo& check);

// One line per event with the number of its cause, then how to read it.
[[nodiscard]] std::string ChainText(const Chain& chain, const CheckInfo& check,
                                    const Violation& violation);

// A whole SVG file, which needs no other. Peers are columns, time goes down, a row per event; messages are arrows.
[[nodiscard]] std::string ChainPicture(const Chain& chain, const CheckInfo& check,
                                       const Violation& violation);

}  // namespace sim
