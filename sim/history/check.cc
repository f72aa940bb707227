#include "sim/history/check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/history/cycles.h"
#include "sim/history/history_reader.h"
#include "sim/history/linearizability.h"

namespace sim {
namespace {

constexpr size_t kAnomaliesShown = 8;
constexpr size_t kTransactionBytesShown = 200;

using Answer = HistoryVerdict::Answer;

core::StatusOr<HistoryVerdict> CheckObjects(const History& history, std::string_view name,
                                            const SearchBudget& budget, Findings& findings) {
  const std::unique_ptr<Model> model = MakeModel(name);
  if (model == nullptr) return core::NotFound("no model " + Quoted(name));
  for (const Call& call : history.calls) {
    if (!model->Take(call, findings)) return findings.ToStatus();
  }
  const LinearizabilityReport report = CheckLinearizability(history, *model, budget);
  HistoryVerdict verdict;
  verdict.configurations = report.configurations;
  verdict.line = "linearizable";
  if (report.answer == Search::Answer::kNo) {
    verdict.answer = Answer::kViolated;
    verdict.line = "not linearizable";
    verdict.explanation = report.window->text;
    if (report.keys_violated > 1) {
      verdict.explanation +=
          "and " + std::to_string(report.keys_violated - 1) + " more keys are not linearizable\n";
    }
  }
  if (report.answer == Search::Answer::kUnknown) {
    const std::string& key = history.keys[report.first_unknown];
    verdict.answer = Answer::kUnknown;
    verdict.line = "unknown";
    verdict.explanation = "the budget ended for " + std::to_string(report.keys_unknown) + " of " +
                          std::to_string(history.keys.size()) + " keys, the first is " +
                          (key.empty() ? "the only one" : VisibleText(key)) + "\n";
  }
  return verdict;
}

std::string TransactionText(const History& history, const Transaction& transaction) {
  const Call& call = history.calls[transaction.call];
  const bool ok = call.outcome == Call::Outcome::kOk;
  std::string text = VisibleText(CanonicalJson(ok ? *call.answer : *call.argument));
  if (text.size() > kTransactionBytesShown) text = text.substr(0, kTransactionBytesShown) + "...";
  const char* outcome = ok                                       ? ""
                        : call.outcome == Call::Outcome::kFailed ? "  (failed)"
                                                                 : "  (unknown)";
  std::string lines = "line " + std::to_string(call.invoked);
  if (call.ended != kNeverEnded) lines += " to " + std::to_string(call.ended);
  return "  " + lines + "  process " + std::to_string(call.process) + "  " + text + outcome + "\n";
}

std::string AnomalyText(const History& history, const TransactionHistory& transactions,
                        const Anomaly& anomaly) {
  std::string text = anomaly.name + ": " + anomaly.about + "\n";
  for (size_t i = 0; i < anomaly.transactions.size(); ++i) {
    text += TransactionText(history, transactions.transactions[anomaly.transactions[i]]);
    if (i < anomaly.reasons.size()) text += "    " + anomaly.reasons[i] + "\n";
  }
  return text;
}

core::StatusOr<HistoryVerdict> CheckTransactions(const History& history, Findings& findings) {
  const auto transactions = ReadTransactions(history, findings);
  if (!transactions.has_value()) return findings.ToStatus();
  Dependencies dependencies = InferDependencies(*transactions);
  if (auto cycle = FindCycle(*transactions, dependencies))
    dependencies.anomalies.push_back(*std::move(cycle));
  HistoryVerdict verdict;
  verdict.line = "no anomaly";
  if (dependencies.anomalies.empty()) return verdict;
  verdict.answer = Answer::kViolated;
  verdict.line = "anomaly " + dependencies.anomalies.front().name;
  const size_t shown = std::min(dependencies.anomalies.size(), kAnomaliesShown);
  for (size_t i = 0; i < shown; ++i)
    verdict.explanation += AnomalyText(history, *transactions, dependencies.anomalies[i]);
  if (dependencies.anomalies.size() > shown) {
    verdict.explanation +=
        "and " + std::to_string(dependencies.anomalies.size() - shown) + " more anomalies\n";
  }
  return verdict;
}

}  // namespace

core::StatusOr<HistoryVerdict> CheckHistory(std::string_view text, const std::string& file,
                                            std::string_view model, const SearchBudget& budget) {
  Findings findings;
  (void)findings.AddSource(file);
  const auto history = ReadHistory(text, findings);
  if (!history.has_value()) return findings.ToStatus();
  auto verdict = model == kTransactions ? CheckTransactions(*history, findings)
                                        : CheckObjects(*history, model, budget, findings);
  if (!verdict.ok()) return verdict;
  verdict->calls = history->calls.size();
  verdict->keys = history->keys.size();
  return verdict;
}

}  // namespace sim
