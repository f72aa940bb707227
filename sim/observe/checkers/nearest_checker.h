// RT-1: a lookup finds the true nearest peer. The truth is brute force over all peers that are up,
// honest, settled and can be reached both ways, by an index of sorted ids.
//
// At most kNearestPerSecond lookups of a simulated second are compared (the first ones), so that a
// world of 100,000 peers stays feasible. While a partition or isolation is on, and kSettled after
// it, nothing is demanded. Also feeds the metric lookup.exact.
#pragma once

#include <memory>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/checkers/settled_peers.h"
#include "sim/observe/id_index.h"
#include "sim/observe/metrics.h"

namespace sim {

class NearestChecker : public Checker {
 public:
  // metrics may be nullptr.
  explicit NearestChecker(Metrics* metrics);

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::LookupDone, core::Joined>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  void Judge(const WorldView& world, const Fact& fact, const core::LookupDone& lookup);

  Metrics* metrics_;
  std::unique_ptr<IdIndex> index_;  // Built at the first lookup.
  SettledPeers settled_;
  uint32_t judged_ = 0;  // In this second.
  uint32_t cuts_ = 0;    // Partitions and isolations that are on.
  WorldTime healed_{-kNever};

  static constexpr int64_t kNever = int64_t{1} << 60;
};

}  // namespace sim
