// RoutingChecker: what the routing checks share: who has been part of the overlay long enough that
// others must know it, and whether the network is cut.
//
// Rules: (1) a peer has joined since it reported that its join was over (or since its start in a
// warm world); a later refresh does not make it a newcomer; (2) it falls out when it stops; a pause
// makes it a newcomer when it goes on, because nobody heard of it meanwhile; (3) the network is cut
// while a partition or isolation is on.
#pragma once

#include <set>
#include <vector>

#include "sim/observe/checkers/checker.h"

namespace sim {

class RoutingChecker : public Checker {
 public:
  using Checker::Checker;

  [[nodiscard]] FactMask Wants() const final { return MaskOf<core::LookupDone, core::Joined>(); }

  void OnFact(const WorldView& world, const Fact& fact) final;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) final;

 protected:
  virtual void OnLookup(const WorldView&, const Fact&, const core::LookupDone&) {}

  // Has the peer been joined since before `now` - `age`, without a stop or a pause?
  [[nodiscard]] bool Joined(core::PeerId peer, WorldTime now, core::Duration age) const;

  [[nodiscard]] bool IsCut() const { return cuts_ > 0; }

  // When the last partition or isolation began or ended.
  [[nodiscard]] WorldTime last_cut() const { return last_cut_; }

 private:
  static constexpr WorldTime kLongAgo{-(int64_t{1} << 60)};

  WorldTime& JoinOf(core::PeerId peer);
  void OnProcess(const WorldView& world, const WorldFact& fact);
  void OnFault(const WorldView& world, const WorldFact& fact);

  std::vector<WorldTime> joined_;  // By peer; Never: not joined.
  std::set<core::PeerId> paused_;
  uint32_t cuts_ = 0;  // Partitions and isolations that are on.
  WorldTime last_cut_ = kLongAgo;
};

}  // namespace sim
