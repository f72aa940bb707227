#include "sim/history/dependencies.h"

#include <algorithm>
#include <string>

#include "sim/history/key_dependencies.h"

namespace sim {
namespace {

// One edge for each pair that no others imply: whoever ended before a transaction began that has ended since needs none.
void InferFromTime(const TransactionHistory& history, Dependencies& dependencies) {
  struct Event {
    uint32_t line = 0;
    uint32_t transaction = 0;
    bool begins = false;
  };

  std::vector<Event> events;
  for (uint32_t i = 0; i < history.transactions.size(); ++i) {
    const Transaction& transaction = history.transactions[i];
    if (transaction.outcome == Call::Outcome::kFailed) continue;
    events.push_back({transaction.invoked, i, true});
    if (transaction.outcome == Call::Outcome::kOk) events.push_back({transaction.ended, i, false});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.line < b.line; });
  std::vector<uint32_t> last;  // Ended, and nobody who ended since began after them.
  for (const Event& event : events) {
    if (event.begins) {
      for (const uint32_t before : last) {
        dependencies.edges.push_back({before, event.transaction, EdgeKind::kRealTime, 0, 0, false});
      }
      continue;
    }
    const uint32_t begun = history.transactions[event.transaction].invoked;
    std::erase_if(last,
                  [&](uint32_t before) { return history.transactions[before].ended < begun; });
    last.push_back(event.transaction);
  }
}

}  // namespace

Dependencies InferDependencies(const TransactionHistory& history) {
  Dependencies dependencies;
  InferFromLists(history, dependencies);
  InferFromBlocks(history, dependencies);
  InferFromTime(history, dependencies);
  return dependencies;
}

std::string ReasonOf(const TransactionHistory& history, const Dependency& edge) {
  if (edge.kind == EdgeKind::kRealTime) {
    return "rt: it ended in line " + std::to_string(history.transactions[edge.from].ended) +
           ", the next began in line " + std::to_string(history.transactions[edge.to].invoked);
  }
  const std::string what = edge.block ? "revision " + std::to_string(edge.what)
                                      : VisibleText(history.texts.TextOf(edge.what));
  const std::string on = " " + what + " of " + VisibleText(history.keys.TextOf(edge.key));
  if (edge.kind == EdgeKind::kWriteWrite)
    return "ww: the next wrote" + on + " behind what it wrote";
  if (edge.kind == EdgeKind::kWriteRead) return "wr: the next read" + on + ", which it wrote";
  return "rw: the next wrote" + on + ", which it did not see";
}

}  // namespace sim
