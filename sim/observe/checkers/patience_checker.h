// MM-9: no starvation: every match finishes within its patience and one query interval.
//
// A match begins when the peer reports it, with the patience of the command that the world handed
// over. Clock error and one propagation are allowed for. A peer that stops or is paused
// meanwhile owes nothing.
//
//   MatchStarted --> due at begin + patience + interval + allowance
//   MatchFinished before due: kept     kStopped, kPaused, leave: void     else: violation
#pragma once

#include <map>
#include <utility>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class PatienceChecker : public Checker {
 public:
  PatienceChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::MatchStarted, core::MatchFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Running {
    WorldTime begun;
    WorldTime due;
  };

  void OnStarted(const WorldView& world, const Fact& fact, const core::MatchStarted& match);
  void Settle(const WorldView& world);
  void Forget(core::PeerId peer);

  std::map<std::pair<core::PeerId, core::Key256>, Running> running_;  // By peer and topic.
  core::FlatTable<core::PeerId, core::Duration> commanded_;  // Patience of the latest command.
};

}  // namespace sim
