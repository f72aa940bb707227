// MM-7: a satisfied match costs at most A + B log2 N requests (allowances.h).
//
// The cost is the larger of what the peer counted itself (lookups included) and of what holders
// answered or refused it meanwhile: a peer that repeats itself cannot hide it.
#pragma once

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class CostChecker : public Checker {
 public:
  CostChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::MatchStarted, core::MatchFinished, core::Answered, core::Refused>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  struct Spent {
    uint32_t running = 0;  // Matches of the peer: each is charged with all of its requests.
    uint32_t most = 0;     // Most matches at a time since the count began.
    uint64_t requests = 0;
  };

  void OnFinished(const WorldView& world, const Fact& fact, const core::MatchFinished& match);
  void Charge(core::PeerId peer);

  core::FlatTable<core::PeerId, Spent> spent_;
};

}  // namespace sim
