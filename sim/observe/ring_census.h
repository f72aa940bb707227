// RingCensus: metrics of the storage rings: settled moves, and at the end holders per block, overlap per key,
// depth per node. Thread rule: one thread.
#pragma once

#include "core/base/flat_table.h"
#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"
#include "sim/observe/ring_view.h"

namespace sim {

class RingCensus : public Observer {
 public:
  // REQUIRES: metrics outlives this.
  explicit RingCensus(Metrics* metrics) : metrics_(*metrics) {}

  [[nodiscard]] FactMask Wants() const override { return RingView::Facts(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  static constexpr uint32_t kKeysDrawn = 4096;

  Metrics& metrics_;
  RingView view_;
  core::FlatTable<core::PeerId, uint8_t> settled_;  // The ring of each node that has one.
};

}  // namespace sim
