// ClusterCensus: at the end of a run, of how many of the blocks that anybody called for the adversaries hold the cluster.
//
// A cluster is what the world knows: the nearest peers that are up and no clients, whatever members believe. It is captured when
// its hostile members alone can commit, hindered when they alone can refuse. Nothing is counted in worlds without adversaries.
// Thread rule: one thread.
#pragma once

#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/id_index.h"
#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"

namespace sim {

class ClusterCensus : public Observer {
 public:
  // REQUIRES: metrics outlives this.
  explicit ClusterCensus(Metrics* metrics) : metrics_(*metrics) {}

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallWrite>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Cluster {
    uint32_t members = 0;
    uint32_t hostile = 0;
  };

  [[nodiscard]] static Cluster ClusterOf(const WorldView& world, const IdIndex& index,
                                         const core::BlockId& block);

  Metrics& metrics_;
  core::FlatTable<core::BlockId, bool> blocks_;
};

}  // namespace sim
