// CellRuns: makes the runs that a ledger lacks, a run per thread, and appends each to it.
//
// Thread rule: Make is called by one thread and runs on several. Source: simulator.md, section 4.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/workflow/console.h"
#include "sim/workflow/scenario_source.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/plan.h"

namespace sim {

// What cells are cells of.
struct CellSpace {
  ScenarioSource source;
  std::vector<Axis> axes;  // Their values do not matter here.
  std::vector<std::string> metrics = {};
  bool features = false;  // Also what each run showed.
  bool chains = false;    // Also the chain that led to each failure, from reruns of it.
};

class CellRuns {
 public:
  // REQUIRES: what it is given outlives it.
  CellRuns(const CellSpace& space, SweepLedger& ledger, Console& console)
      : space_(space), ledger_(ledger), console_(console) {}

  // A failed run ends it.
  void FailFast() { fail_fast_ = true; }

  // Those of `cells` that are missing, in this order as threads are free. Errors: a scenario that cannot be loaded, a ledger that
  // cannot be written. Ctrl-C and FailFast end it early, without an error.
  [[nodiscard]] core::Status Make(const std::vector<SweepCell>& cells, int threads);

  // Make was ended early.
  [[nodiscard]] bool Ended() const { return ended_; }

 private:
  struct Progression;

  struct Made {
    SweepRun run;
    std::string broken;  // The check that was violated first; empty: none.
  };

  [[nodiscard]] core::StatusOr<SweepRun> Run(const SweepCell& cell) const;
  [[nodiscard]] core::StatusOr<Made> RunOnce(const SweepCell& cell,
                                             const std::shared_ptr<const Scenario>& scenario) const;

  const CellSpace& space_;
  SweepLedger& ledger_;
  Console& console_;
  bool fail_fast_ = false;
  bool ended_ = false;
};

}  // namespace sim
