// RT-1: a lookup finds the true nearest peer. The truth is brute force over all peers that are up,
// honest, settled and can be reached both ways, by an index of sorted ids.
//
// At most kNearestPerSecond lookups of a simulated second are compared (the first ones), so that a
// world of 100,000 peers stays feasible. While a partition or isolation is on, and kSettled after
// it, nothing is demanded. Also feeds the metric lookup.exact.
#pragma once

#include <memory>

#include "sim/observe/checkers/routing_checker.h"
#include "sim/observe/id_index.h"
#include "sim/observe/metrics.h"

namespace sim {

class NearestChecker : public RoutingChecker {
 public:
  // metrics may be nullptr.
  explicit NearestChecker(Metrics* metrics);

  void OnCheckpoint(const WorldView& world) override;

 private:
  void OnLookup(const WorldView& world, const Fact& fact, const core::LookupDone& lookup) override;
  void Judge(const WorldView& world, const Fact& fact, const core::LookupDone& lookup);

  Metrics* metrics_;
  std::unique_ptr<IdIndex> index_;  // Built at the first lookup.
  uint32_t judged_ = 0;             // In this second.
};

}  // namespace sim
