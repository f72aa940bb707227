// RingCensus: metrics of the storage rings: settled moves; blocks under their floor and how long they stay there; at the
// end holders per block, overlap of all keys, depth per node, and what the nodes themselves sampled last,
// beside it; what was sent to move archives against what had to move. Leads the view that the checkers share. Thread rule: one thread.
#pragma once

#include <memory>

#include "core/base/flat_table.h"
#include "sim/observe/changed_blocks.h"
#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"
#include "sim/observe/repair_ledger.h"
#include "sim/observe/ring_view.h"

namespace sim {

class RingCensus : public Observer {
 public:
  // REQUIRES: metrics outlives this; of the observers that share the view it hears of each fact first.
  RingCensus(Metrics* metrics, std::shared_ptr<RingView> view);

  [[nodiscard]] FactMask Wants() const override {
    return RingView::Facts() | RepairLedger::Facts() | MaskOf<core::OverlapSampled>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnTraffic(const WorldView& world, const TrafficCounters& since) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Thin {
    bool is = false;  // It had its floor, and has it no more.
    bool lost = false;
    WorldTime since;
  };

  struct Sampled {
    uint32_t keys = 0;
    uint32_t sum = 0;
  };

  void Count(const WorldView& world);
  void CountHolders(const WorldView& world, const std::vector<uint32_t>& overlaps);
  void RecordTraffic();

  Metrics& metrics_;
  const std::shared_ptr<RingView> view_;
  RepairLedger ledger_;
  ChangedBlocks changed_{core::Duration{}};
  core::FlatTable<core::Key256, Thin> blocks_;      // Those that ever had their floor.
  core::FlatTable<core::PeerId, uint8_t> settled_;  // The ring of each node that has one.
  core::FlatTable<core::PeerId, Sampled> sampled_;  // The last sample of each node.
  int64_t thin_ = 0;
  int64_t lost_ = 0;
  uint64_t sent_ = 0;  // Bytes of messages that move archives or find out who lacks them.
  uint64_t checkpoints_ = 0;
};

}  // namespace sim
