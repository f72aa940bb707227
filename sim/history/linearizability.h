// Linearizability: does every call of a history take effect at one moment between its invocation and its return?
//
// Each key is an object of its own (linearizability is local), so keys are searched one by one, each with the whole budget: what one key
// costs changes no other's verdict. A history is linearizable iff every key is; it is not, iff some key is proved not to be, whatever
// the others say. Source: simulator.md, section 5; docs/history_format.md. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/history/history.h"
#include "sim/history/model.h"
#include "sim/history/search.h"
#include "sim/history/window.h"

namespace sim {

struct LinearizabilityReport {
  Search::Answer answer = Search::Answer::kYes;
  uint64_t configurations = 0;
  uint32_t keys_unknown = 0;
  uint32_t first_unknown = 0;  // Index of a key.
  uint32_t keys_violated = 0;
  std::optional<FailingWindow> window;  // Of the violated keys the shortest, of those the first.
};

// REQUIRES: `model` has taken the calls of the history, in order.
[[nodiscard]] LinearizabilityReport CheckLinearizability(const History& history, Model& model,
                                                         const SearchBudget& budget);

}  // namespace sim
