#include "sim/observe/watch.h"

#include <memory>
#include <utility>

#include "sim/observe/checkers/registry.h"
#include "sim/observe/cluster_census.h"
#include "sim/observe/fact_metrics.h"
#include "sim/observe/ring_census.h"
#include "sim/observe/vote_census.h"

namespace sim {

Watch::Watch() {
  observers_.Add(std::make_unique<FactMetrics>(&metrics_));
  observers_.Add(std::make_unique<ClusterCensus>(&metrics_));
  const LedViews led;
  observers_.Add(std::make_unique<RingCensus>(&metrics_, led.rings));
  observers_.Add(std::make_unique<VoteCensus>(&metrics_, led.votes));
  history_ = observers_.Add(std::make_unique<ClientHistory>());
  for (auto& checker : MakeCheckers(&metrics_, history_, led)) {
    Checker* added = observers_.Add(std::move(checker));
    owned_.push_back(added);
    checkers_.push_back(added);
  }
}

void Watch::Interrupt() {
  for (Checker* checker : owned_) checker->Interrupt();
}

}  // namespace sim
