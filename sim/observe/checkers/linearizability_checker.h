// TX-11: linearizability per block, over what the clients of the run called and were told.
//
// Judged at the end, by the same code and from the same text as `orbsim check-history` (docs/history_format.md). A history whose search
// exhausts its budget has no verdict: the check counts it as no premise. Not judged: blocks that a dishonest client wrote without
// reporting its call. Thread rule: as Observer.
#pragma once

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"

namespace sim {

class LinearizabilityChecker : public Checker {
 public:
  // `history` outlives this and hears of everything before this does; nullptr: for the table of checks only.
  explicit LinearizabilityChecker(const ClientHistory* history);

  [[nodiscard]] FactMask Wants() const override { return {}; }

  void OnEnd(const WorldView& world) override;

 private:
  const ClientHistory* history_;
};

}  // namespace sim
