// CheckHistory: a history's text in, a verdict and its explanation out. What `orbsim check-history` and the checkers of a run share.
//
// `model` is a name of ModelTable(), or kTransactions. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "sim/history/search.h"

namespace sim {

inline constexpr std::string_view kTransactions = "transactions";

struct HistoryVerdict {
  enum class Answer : uint8_t { kHolds, kViolated, kUnknown };

  Answer answer = Answer::kHolds;
  std::string line;  // "linearizable", "not linearizable", "unknown".
  std::string
      explanation;  // Lines for people, each with its line feed; empty where nothing is to be said.
  uint64_t calls = 0;
  uint64_t keys = 0;
  uint64_t configurations = 0;  // Of the search; 0 for transactions.
};

// An error names the file, the line, what was found and what is allowed.
[[nodiscard]] core::StatusOr<HistoryVerdict> CheckHistory(std::string_view text,
                                                          const std::string& file,
                                                          std::string_view model,
                                                          const SearchBudget& budget);

}  // namespace sim
