// What becomes of transactions on several blocks: TX-9, TX-10.
//
// The client's word says which blocks a transaction names and which of them is the tail; replicas say what came of it. Only
// honest peers are asked. Source: protocol_voting_network.md, 1.4.7 and 1.4.10. Thread rule: as Observer.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/quiet_time.h"

namespace sim {

// TX-9: all or none. Once a transaction is applied at one of its blocks, then within its expiry, the expiry of the decision and
// the time that resolution takes, counted from quiet times, it is applied at all of them. And within that time after a replica took
// its pend, no replica waits for it any more, whatever became of it.
class LandingChecker : public Checker {
 public:
  LandingChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallWrite, core::CallAttempt, core::PendTaken,
                  core::PendDropped, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Landing {
    std::vector<core::BlockId> missing;  // Named, and applied nowhere yet.
    std::vector<PeerBlock> waiting;      // Replicas with its pend.
    bool landed = false;                 // At one block at least.
    WorldTime since;                     // Of the first landing; before it, of the latest pend.
  };

  void OnTaken(const Fact& fact, const core::PendTaken& taken);
  void OnApplied(const Fact& fact, const core::RevisionApplied& applied);
  void Report(const WorldView& world, const core::TxId& of, const Landing& landing);

  QuietTime quiet_;
  core::FlatTable<CallName, std::vector<core::BlockId>, BlockKeyHash> calls_;  // Their blocks.
  core::FlatTable<core::TxId, Landing> landings_;
};

// TX-10: the sequence of a collection is dense. As far as blocks go it is the revisions of the tail, where each of its transactions is
// decided: nobody applies one there whose predecessor nobody ever applied. The numbers in a log's entries are CO-1's.
class SequenceChecker : public Checker {
 public:
  SequenceChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::BlockId, bool> tails_;
  core::FlatTable<BlockRevision, bool, BlockKeyHash> applied_;
};

}  // namespace sim
