// RT-3: the live, joined, honest peers form one connected overlay (weakly: an edge is an entry in
// somebody's routing table). Components by Boost.Graph; at the end degree, diameter and clustering
// as metrics.
//
// How often depends on the size of the world (allowances.h), never on the machine. While a
// partition or isolation is on, nothing is demanded.
#pragma once

#include "sim/observe/checkers/routing_checker.h"
#include "sim/observe/metrics.h"
#include "sim/observe/overlay_graph.h"

namespace sim {

class OverlayChecker : public RoutingChecker {
 public:
  // metrics may be nullptr.
  explicit OverlayChecker(Metrics* metrics);

  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  [[nodiscard]] std::vector<core::PeerId> Members(const WorldView& world) const;
  void Judge(const WorldView& world, const std::vector<core::PeerId>& members);
  void Describe(const WorldView& world, const std::vector<core::PeerId>& members);

  Metrics* metrics_;
  WorldTime last_;
};

}  // namespace sim
