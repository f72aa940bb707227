// RT-2: a lookup needs at most c log2 N + d hops (allowances.h), N being the peers of the scenario.
//
// Only lookups of peers that have settled: while a network fills, tables know too few for the bound.
// The hops are the lookup's own count of its longest chain of answers; nobody else sees the chain.
#pragma once

#include "sim/observe/checkers/routing_checker.h"

namespace sim {

class HopsChecker : public RoutingChecker {
 public:
  HopsChecker();

 private:
  void OnLookup(const WorldView& world, const Fact& fact, const core::LookupDone& lookup) override;
};

}  // namespace sim
