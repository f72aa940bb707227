// Guidance: which runs a guided sweep makes, one generation after the other. Runs that showed features which none before them had
// are parents; most of the next runs are variations of parents around their rarest features, the others take the next seeds.
//
// Invariant: what is planned depends on the scenario, the seeds, the share of fresh ones and the results of earlier generations in their order, so
// that the same sweep makes the same runs with any number of threads and after any interruption; and one with more runs begins with
// those of one with fewer. Thread rule: one thread. Source: issue 5, point 1; docs/decisions/0015-guided-sweeps.md.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "sim/observe/coverage.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/plan.h"
#include "sim/workflow/sweep/variation.h"

namespace sim {

struct GuidedPlan {
  SeedRange seeds;  // As many runs as there are seeds; fresh ones are taken from the first on.
  int fresh_percent = 25;
};

class Guidance {
 public:
  Guidance(const GuidedPlan& plan, const Variations& variations)
      : plan_(plan), variations_(variations), next_seed_(plan.seeds.first) {}

  // The next generation; empty: all are planned. REQUIRES: the one before was learnt of. Errors: those of Variations.
  [[nodiscard]] core::StatusOr<std::vector<SweepCell>> Next();

  // What the runs of the generation showed, in its order. Errors: one that nobody watched for features.
  [[nodiscard]] core::Status Learn(const std::vector<const SweepRun*>& generation);

  // How much was found, in a line.
  [[nodiscard]] std::string Text() const;

 private:
  // A feature: how many runs showed it, the first of them, and how many variations were made around it.
  struct Shown {
    uint64_t runs = 0;
    uint64_t varied = 0;
    size_t parent = 0;
    Feature first;
  };

  [[nodiscard]] core::StatusOr<SweepCell> Plan(uint64_t place);
  [[nodiscard]] Shown& Choose(core::Random& random);

  const GuidedPlan plan_;
  const Variations& variations_;
  uint64_t next_seed_;
  uint64_t planned_ = 0;
  uint64_t learnt_ = 0;
  uint64_t last_news_ = 0;     // The place of the last parent, from 1.
  std::set<SweepCell> cells_;  // All that were planned.
  std::vector<SweepCell> parents_;
  std::map<uint32_t, Shown> shown_;  // By the feature's id.
};

}  // namespace sim
