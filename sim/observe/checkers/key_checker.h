// MM-1: the same (id, topic, c) gives the same key on every node. Recomputes the key from what a
// holder was given: the owner's node id from the directory, the topic and c from its record.
//
// Epoch-salted roots (MatchmakingConfig::roots > 1) replace the key at c = 0, which then is not
// judged. Protocol document, 1.1.3.
#pragma once

#include "sim/observe/checkers/checker.h"

namespace sim {

class KeyChecker : public Checker {
 public:
  KeyChecker();

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::Held>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
};

}  // namespace sim
