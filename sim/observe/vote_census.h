// VoteCensus: metrics of votes and of the blocks that they end in: how voters fared, how large blocks and
// anonymity sets are, who could be linked. Leads the view that the checkers share. Thread rule: one thread.
// Source: protocol document, 1.6.8 (BN-5, BN-10).
#pragma once

#include <memory>

#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"
#include "sim/observe/vote_view.h"

namespace sim {

class VoteCensus : public Observer {
 public:
  // REQUIRES: metrics outlives this; of the observers that share the view it hears of each fact first.
  VoteCensus(Metrics* metrics, std::shared_ptr<VoteView> view);

  [[nodiscard]] FactMask Wants() const override {
    return VoteView::Facts() |
           MaskOf<core::VoteStarted, core::PairFormed, core::PoolsMerged, core::SignRefused,
                  core::VoteEnded, core::NegotiationRefused>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  void OnVoteEnded(const core::VoteEnded& ended);

  Metrics& metrics_;
  const std::shared_ptr<VoteView> view_;
};

}  // namespace sim
