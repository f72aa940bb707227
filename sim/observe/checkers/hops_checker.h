// RT-2: a lookup needs at most c log2 N + d hops (allowances.h), N being the peers of the scenario.
//
// The hops are the lookup's own count of its longest chain of answers; nobody else sees the chain.
#pragma once

#include "sim/observe/checkers/checker.h"

namespace sim {

class HopsChecker : public Checker {
 public:
  HopsChecker();

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::LookupDone>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
};

}  // namespace sim
