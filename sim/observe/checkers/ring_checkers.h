// Storage rings: AR-1, AR-2, AR-3, AR-7, AR-8. All go by what honest nodes report as done and by what the world
// knows of them (ring_view.h), never by what a node says of another one. AR-4 (the prefix is the id's) holds
// by construction: no prefix travels. AR-5 and AR-6 stand in fetch_checkers.h, AR-9 in stability_checker.h, AR-10
// in parting_checker.h.
// Source: protocol_voting_network.md, 1.2.9. Thread rule: as Observer.
#pragma once

#include <memory>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/changed_blocks.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/ring_view.h"

namespace sim {

// The checkers share one view, which RingCensus leads.
class RingChecker : public Checker {
 public:
  RingChecker(const CheckInfo& info, std::shared_ptr<RingView> view)
      : Checker(info), view_(std::move(view)) {}

  [[nodiscard]] FactMask Wants() const override { return RingView::Facts(); }

  void OnFact(const WorldView& world, const Fact& fact) final;

 protected:
  // `before` is the node as it was when the fact came about; nullptr: unknown until then.
  virtual void Judge(const WorldView&, const Fact&, const RingNode* /*before*/) {}

  [[nodiscard]] const RingView& view() const { return *view_; }

 private:
  const std::shared_ptr<RingView> view_;
};

// AR-1: a block that had the floor of holders keeps it, but for those that stopped within kRepairTime.
class FloorChecker : public RingChecker {
 public:
  explicit FloorChecker(std::shared_ptr<RingView> view);

  void OnWorldFact(const WorldView&, const WorldFact& fact) override { changed_.Note(fact); }

  void OnCheckpoint(const WorldView& world) override;

 protected:
  void Judge(const WorldView&, const Fact& fact, const RingNode*) override { changed_.Note(fact); }

 private:
  ChangedBlocks changed_;
  core::FlatTable<core::Key256, uint64_t> established_;  // The revision that had its floor.
  uint64_t checkpoints_ = 0;
};

// AR-2: a node gives up only what it has handed off, or never answered for.
class ReleaseChecker : public RingChecker {
 public:
  explicit ReleaseChecker(std::shared_ptr<RingView> view);

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) override;
};

// AR-3: settled moves are one ring each, and a dwell apart.
class DwellChecker : public RingChecker {
 public:
  explicit DwellChecker(std::shared_ptr<RingView> view);

  void OnWorldFact(const WorldView&, const WorldFact& fact) override;

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) override;

 private:
  struct Settled {
    uint8_t ring = 0;
    core::Time at;
  };

  core::FlatTable<core::PeerId, Settled> settled_;
};

// AR-7: nobody holds more than it lends.
class CapacityChecker : public RingChecker {
 public:
  explicit CapacityChecker(std::shared_ptr<RingView> view);

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) override;
};

// AR-8: when a handoff is done, the floor of others hold each block and answer for it: joiners do not count.
class HandoffChecker : public RingChecker {
 public:
  explicit HandoffChecker(std::shared_ptr<RingView> view);

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) override;
};

// In the order in which they are listed. REQUIRES: somebody leads the view.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeRingCheckers(
    const std::shared_ptr<RingView>& view);

}  // namespace sim
