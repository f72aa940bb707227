// Searches through the storage rings: AR-5 and AR-6. Both go by what the world knows of the holders
// (ring_view.h), not by what the searching member has heard of them.
// Source: protocol_voting_network.md, 1.2.9. Thread rule: as Observer.
#pragma once

#include <memory>

#include "sim/observe/checkers/ring_checkers.h"

namespace sim {

// What the two have in common: which searches a holder that could be reached could have answered.
class SearchChecker : public RingChecker {
 public:
  using RingChecker::RingChecker;

  [[nodiscard]] FactMask Wants() const override {
    return RingView::Facts() | MaskOf<core::FetchEnded>();
  }

 protected:
  void Judge(const WorldView& world, const Fact& fact, const RingNode* before) final;

  virtual void JudgeSearch(const WorldView& world, const Fact& fact,
                           const core::FetchEnded& search) = 0;

  // A holder of the key had the block and could be reached from the beginning of the search to its end.
  [[nodiscard]] bool HadHolder(const WorldView& world, const Fact& fact,
                               const core::FetchEnded& search) const;
};

// AR-5: a search finds what some reachable holder has, and asks no more nodes than it may.
class FoundChecker : public SearchChecker {
 public:
  explicit FoundChecker(std::shared_ptr<RingView> view);

 protected:
  void JudgeSearch(const WorldView& world, const Fact& fact,
                   const core::FetchEnded& search) override;
};

// AR-6: nothing is called absent that some reachable holder has.
class AbsenceChecker : public SearchChecker {
 public:
  explicit AbsenceChecker(std::shared_ptr<RingView> view);

 protected:
  void JudgeSearch(const WorldView& world, const Fact& fact,
                   const core::FetchEnded& search) override;
};

}  // namespace sim
