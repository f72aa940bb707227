// AR-10: no member of a cluster lets go of a value that fewer than the floor hold.
//
// It goes by what the world knows of the holders (ring_view.h), not by what they have shown to the member. Those
// that stopped since they showed it count, as in AR-8. Source: protocol_voting_network.md, 1.2.1;
// docs/decisions/0023-a-bounded-cache.md. Thread rule: as Observer.
#pragma once

#include <memory>

#include "sim/observe/checkers/ring_checkers.h"

namespace sim {

class PartingChecker : public RingChecker {
 public:
  explicit PartingChecker(std::shared_ptr<RingView> view);

  [[nodiscard]] FactMask Wants() const override {
    return RingView::Facts() | MaskOf<core::ValueLetGo>();
  }

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) override;
};

}  // namespace sim
