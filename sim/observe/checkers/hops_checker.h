// RT-2: a lookup needs at most c log2 N + d hops (allowances.h), N being the peers of the scenario.
//
// Only lookups of peers that have settled: while a network fills, tables know too few for the bound.
// The hops are the lookup's own count of its longest chain of answers; nobody else sees the chain.
#pragma once

#include "sim/observe/checkers/checker.h"
#include "sim/observe/checkers/settled_peers.h"

namespace sim {

class HopsChecker : public Checker {
 public:
  HopsChecker();

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::LookupDone, core::Joined>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  SettledPeers settled_;
};

}  // namespace sim
