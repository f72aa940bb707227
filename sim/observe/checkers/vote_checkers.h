// Block negotiation: BN-1 to BN-4 and BN-6 to BN-11. How many voters each one hides among (BN-5) is a
// number and no rule: the metric "anonymity". All go by what peers report as done and by what the world knows of
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
class BallotChecker : public Checker {
 public:
  BallotChecker(const CheckInfo& info, std::shared_ptr<const VoteView> view)
      : Checker(info), view_(std::move(view)) {}

  [[nodiscard]] FactMask Wants() const override { return VoteView::Facts(); }

 protected:
  [[nodiscard]] const VoteView& view() const { return *view_; }

 private:
  const std::shared_ptr<const VoteView> view_;
};

// What voters were told to do, by the world's word.
class Ballots {
 public:
  void Note(const WorldView& world, const WorldFact& fact);

  // nullptr: it was not told to vote.
  [[nodiscard]] const VoteOperation* Of(core::PeerId peer) const {
    const VoteOperation* const* vote = votes_.Find(peer);
    return vote == nullptr ? nullptr : *vote;
  }

 private:
  core::FlatTable<core::PeerId, const VoteOperation*> votes_;
};

// BN-1: an honest voter that was up for long enough before the end of the period is in a block.
class CountedChecker : public BallotChecker {
 public:
  explicit CountedChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::VoteEnded>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Vote {
    WorldTime told;
    bool counted = false;
    bool stopped =
        false;  // It went away while its vote was open: its user would have to begin again.
  };

  Ballots ballots_;
  core::FlatTable<core::PeerId, Vote> votes_;
};

// BN-2: no voter has signed two blocks that came about.
class OneBlockChecker : public BallotChecker {
 public:
  explicit OneBlockChecker(std::shared_ptr<const VoteView> view);

  void OnEnd(const WorldView& world) override;
};

// BN-3: a block has the records of those who signed it: as many votes as voters, the signers' own nonces among them.
class WholeBlockChecker : public BallotChecker {
 public:
  explicit WholeBlockChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;
};

// BN-4: no single peer knows another voter's vote.
class UnlinkedChecker : public BallotChecker {
 public:
  explicit UnlinkedChecker(std::shared_ptr<const VoteView> view);

  void OnEnd(const WorldView& world) override;
};

// BN-6: an attempt is a member of at most one pool at a time, and whom a coordinator counts as a member is one.
class OnePoolChecker : public BallotChecker {
 public:
  explicit OnePoolChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override {
    return VoteView::Facts() | MaskOf<core::PoolsMerged>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::Key256, core::Key256> pools_;  // By ticket, before the view hears of it.
};

// BN-7: when a pool is over for its coordinator, its members that can be reached learn it soon.
class SettledChecker : public BallotChecker {
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
class FreshNonceChecker : public BallotChecker {
 public:
  explicit FreshNonceChecker(std::shared_ptr<const VoteView> view);

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::Key256, core::Key256> nonces_;  // The ticket that had it first.
};

// BN-9: a pairing key is one attempt's, and its secret is disclosed for one seed to one peer.
class OneSeedChecker : public BallotChecker {
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
class VoteCostChecker : public BallotChecker {
 public:
  explicit VoteCostChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::VoteEnded>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
};

// BN-11: no block comes about outside the voting period.
class PeriodChecker : public BallotChecker {
 public:
  explicit PeriodChecker(std::shared_ptr<const VoteView> view);

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::BlockFormed>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;

  void OnWorldFact(const WorldView& world, const WorldFact& fact) override {
    ballots_.Note(world, fact);
  }

 private:
  Ballots ballots_;
};

[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeVoteCheckers(
    const std::shared_ptr<const VoteView>& view);

}  // namespace sim
