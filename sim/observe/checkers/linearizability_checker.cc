#include "sim/observe/checkers/linearizability_checker.h"

#include <string>

#include "sim/history/check.h"

namespace sim {

LinearizabilityChecker::LinearizabilityChecker(const ClientHistory* history)
    : Checker({.id = "TX-11",
               .title = "the clients' calls have no order",
               .family = "transactions",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kAtTheEnd,
               .cost = CheckCost::kExpensive,
               .statement = "what clients called and were told is linearizable for each block"}),
      history_(history) {}

void LinearizabilityChecker::OnEnd(const WorldView& world) {
  if (history_ == nullptr || history_->calls() == 0) return;
  const auto verdict = CheckHistory(history_->text(), "history", "block", SearchBudget());
  if (!verdict.ok()) {
    Violate([&] {
      return Violation{world.Now(), core::kNoPeer, "history.jsonl", "calls with a meaning",
                       std::string(core::MessageOf(verdict.status()))};
    });
    return;
  }
  if (verdict->answer == HistoryVerdict::Answer::kUnknown) return;
  for (uint64_t call = 0; call < verdict->calls; ++call) Premise();
  if (verdict->answer == HistoryVerdict::Answer::kHolds) return;
  const std::string& why = verdict->explanation;
  const size_t end = why.find('\n');
  Violate([&] {
    return Violation{world.Now(), core::kNoPeer, "history.jsonl", "an order of all calls",
                     why.substr(0, end) + "; orbsim check-history history.jsonl --model block"};
  });
}

}  // namespace sim
