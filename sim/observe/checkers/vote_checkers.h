// Block negotiation: BN-1 to BN-11. All go by what peers report as done and by what the world knows of
// them (vote_view.h), never by what one says of another. Hostile peers' own votes are nobody's concern.
// Source: protocol_voting_network.md, 1.6.8. Thread rule: as Observer.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/vote_view.h"

namespace sim {

// The checkers share one view, which VoteCensus leads.
class VoteChecker : public Checker {
 public:
  VoteChecker(const CheckInfo& info, std::shared_ptr<const VoteView> view)
      : Checker(info), view_(std::move(view)) {}

  [[nodiscard]] FactMask Wants() const override { return VoteView::Facts(); }

 protected:
  [[nodiscard]] const VoteView& view() const { return *view_; }

 private:
  const std::shared_ptr<const VoteView> view_;
};

// BN-1: an honest voter that was up for long enough before the end of the period is in a block.
class CountedChecker : public VoteChecker {
 public:
  explicit CountedChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::VoteStarted, core::VoteEnded>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Vote {
    WorldTime started;
    core::Time closes;  // The voter's clock.
    bool counted = false;
    bool stopped =
        false;  // It went away while its vote was open: its user would have to begin again.
  };

  core::FlatTable<core::PeerId, Vote> votes_;
};

// BN-2: no voter has signed two blocks that came about.
class OneBlockChecker : public VoteChecker {
 public:
  explicit OneBlockChecker(std::shared_ptr<const VoteView> view);

  void OnEnd(const WorldView& world) override;
};

// BN-3: a block has the records of those who signed it: as many votes as voters, the signers' own nonces among them.
class WholeBlockChecker : public VoteChecker {
 public:
  explicit WholeBlockChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;
};

// BN-4: no single peer knows another voter's vote.
class UnlinkedChecker : public VoteChecker {
 public:
  explicit UnlinkedChecker(std::shared_ptr<const VoteView> view);

  void OnEnd(const WorldView& world) override;
};

// BN-5: the hostile peers together know nobody's vote, but for those of whose seed two were hostile (N1).
class ColludedChecker : public VoteChecker {
 public:
  explicit ColludedChecker(std::shared_ptr<const VoteView> view);

  void OnEnd(const WorldView& world) override;

 private:
  // The two others of the pool of three that the ticket began in are hostile.
  [[nodiscard]] bool IsAmongHostile(const WorldView& world, const core::Key256& ticket) const;
};

// BN-6: an attempt is a member of at most one pool at a time.
class OnePoolChecker : public VoteChecker {
 public:
  explicit OnePoolChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::Key256, core::Key256> pools_;  // By ticket, before the view hears of it.
};

// BN-7: when a pool is over for its coordinator, its members that can be reached learn it soon.
class SettledChecker : public VoteChecker {
 public:
  explicit SettledChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Waiting {
    WorldTime since;
    core::PeerId coordinator;
    core::Key256 pool;
    core::Key256 ticket;
  };

  std::vector<Waiting> waiting_;  // Ascending by time.
};

// BN-8: nonces never repeat.
class FreshNonceChecker : public VoteChecker {
 public:
  explicit FreshNonceChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::Key256, core::Key256> nonces_;  // The ticket that had it first.
};

// BN-9: a pairing key is one attempt's, and its secret is disclosed for one seed to one peer.
class OneSeedChecker : public VoteChecker {
 public:
  explicit OneSeedChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Disclosure {
    core::Key256 seed;
    core::PeerId to;
  };

  core::FlatTable<core::Key256, core::Key256> keys_;  // The ticket that had it first.
  core::FlatTable<core::Key256, Disclosure> disclosed_;
};

// BN-10: a vote costs at most so many messages.
class VoteCostChecker : public VoteChecker {
 public:
  explicit VoteCostChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::VoteEnded>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
};

// BN-11: no block comes about outside the voting period.
class PeriodChecker : public VoteChecker {
 public:
  explicit PeriodChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::VoteStarted, core::BlockFormed>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::PeerId, core::Time> closes_;
};

[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeVoteCheckers(
    const std::shared_ptr<const VoteView>& view);

}  // namespace sim
