#include "sim/history/linearizability.h"

#include <utility>
#include <vector>

namespace sim {
namespace {

std::vector<std::vector<Span>> SpansByKey(const History& history) {
  std::vector<std::vector<Span>> by_key(history.keys.size());
  for (const Span& span : SpansOf(history)) by_key[history.calls[span.call].key].push_back(span);
  return by_key;
}

uint32_t LengthOf(const FailingWindow& window) {
  return window.last_line - window.first_line;
}

}  // namespace

LinearizabilityReport CheckLinearizability(const History& history, Model& model,
                                           const SearchBudget& budget) {
  LinearizabilityReport report;
  const std::vector<std::vector<Span>> by_key = SpansByKey(history);
  for (uint32_t key = 0; key < by_key.size(); ++key) {
    Search search(model, by_key[key], budget);
    const Search::Answer answer = search.Run(model.Initial());
    report.configurations += search.configurations();
    if (answer == Search::Answer::kUnknown && report.keys_unknown++ == 0)
      report.first_unknown = key;
    if (answer != Search::Answer::kNo) continue;
    ++report.keys_violated;
    FailingWindow window = FindWindow(history, key, model, search.blocked_at(), budget);
    if (!report.window.has_value() || LengthOf(window) < LengthOf(*report.window))
      report.window = std::move(window);
  }
  if (report.keys_unknown > 0) report.answer = Search::Answer::kUnknown;
  if (report.keys_violated > 0) report.answer = Search::Answer::kNo;
  return report;
}

}  // namespace sim
