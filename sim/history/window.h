// The shortest failing window: which lines of a history show that a key has no order, and what was possible instead.
//
// The window ends with the first line by which nothing fits any more: with what the lines up to it say, and nothing that later lines
// say about calls still open, the calls of the key have no order; with one line less they have one. It begins as late as possible
// so that it fails by itself: from every state that the key can have at its beginning, the calls inside have no order, even if
// each call that was open at the beginning may take effect inside or not. It always holds the whole call that ends in its last
// line. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>

#include "sim/history/history.h"
#include "sim/history/model.h"
#include "sim/history/search.h"

namespace sim {

struct FailingWindow {
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  std::string text;  // Lines for people, each with its line feed.
};

// REQUIRES: a search said that the key of the history has no order, and was blocked at `blocked_at`. `kind` is a model of the
// history's kind. The budget is spent in all: when it ends the window is longer than it need be, never wrong.
[[nodiscard]] FailingWindow FindWindow(const History& history, uint32_t key, const Model& kind,
                                       uint32_t blocked_at, const SearchBudget& budget);

}  // namespace sim
