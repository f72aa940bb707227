// AR-9: left alone, the rings come to rest, with as many holders per key as they aim at.
//
// Left alone: nobody starts, stops or is told anything, and no fault is in force. A node moves one ring per dwell, so
// what the statement calls three dwells is three and one for each ring that it stands out: a network that
// begins in ring 0 has no shorter way. Capacity allows the overlap when there are overlap_low nodes and
// nobody is too full for its ring. Source: protocol_voting_network.md, 1.2.9. Thread rule: as Observer.
#pragma once

#include <memory>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/quiet_time.h"
#include "sim/observe/ring_view.h"

namespace sim {

class StabilityChecker : public Checker {
 public:
  explicit StabilityChecker(std::shared_ptr<RingView> view);

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RingChanged, core::StoragePressure>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  // Whether a node of this ring has been left alone for long enough to be at rest.
  [[nodiscard]] bool AtRest(const WorldView& world, uint8_t ring) const;

  const std::shared_ptr<RingView> view_;
  QuietTime quiet_;
  WorldTime told_;  // The last command to anybody.
  core::FlatTable<core::PeerId, uint8_t> settled_;
  core::FlatTable<core::PeerId, bool> pressed_;  // Those that are too full now.
};

}  // namespace sim
