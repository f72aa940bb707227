// What each replica of a block does with its revisions: BR-1, BR-2, BR-5, BR-7, BR-8, BR-9.
//
// All read the facts of honest replicas, which report what is durable. What a disk lost of that is not held against its
// replica; and one that stopped may have made more durable than it could report.
// Source: protocol_voting_network.md, 1.3.4 and 1.3.5. Thread rule: as Observer.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

// BR-1: a replica's latest revision never decreases, and each action adds one. A revision that it restored from another replica may
// skip what it missed; every other one stands on the replica's own latest, by its hash.
class RevisionOrderChecker : public Checker {
 public:
  RevisionOrderChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RevisionApplied, core::RevisionCollected>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  struct Latest {
    uint64_t revision = 0;
    core::Key256 hash;
    WorldTime reported;
    bool stopped = false;  // Since then.
    bool unknown = false;  // A collected tombstone, or lost by the disk.
  };

  core::FlatTable<PeerBlock, Latest, BlockKeyHash> latest_;
  core::FlatTable<core::PeerId, bool> stopped_;  // Ever.
};

// BR-2: at most one action for each revision of a block, over all honest replicas and for ever.
class ForkChecker : public Checker {
 public:
  ForkChecker();

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::RevisionApplied>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Applied {
    core::TxId by;
    core::Key256 hash;
    core::PeerId replica;
  };

  core::FlatTable<BlockRevision, Applied, BlockKeyHash> applied_;
};

// BR-5: the latest revision is never collected, but for a tombstone whose time is over.
class CollectionChecker : public Checker {
 public:
  CollectionChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RevisionApplied, core::RevisionCollected>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Latest {
    uint64_t revision = 0;
    bool tombstone = false;
    core::Time applied;  // By the replica's own clock.
  };

  core::FlatTable<PeerBlock, Latest, BlockKeyHash> latest_;
};

// BR-7: what is pending and what is committed never coexist for one action: a replica that applies a pended revision drops the pend in the
// same moment, and never takes it again.
class PendChecker : public Checker {
 public:
  PendChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RevisionApplied, core::PendTaken, core::PendDropped>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Action {
    PeerBlock replica;
    core::TxId of;

    friend bool operator==(const Action&, const Action&) = default;
  };

  struct ActionHash {
    uint64_t operator()(const Action& action) const {
      return core::Mix64(BlockKeyHash()(action.replica), core::HashBytes(action.of.bytes));
    }
  };

  struct State {
    bool pending = false;
    bool applied = false;
    WorldTime reported;  // The last of what is said here.
  };

  // Applied at `at` with the pend still there.
  struct Both {
    Action action;
    WorldTime at;
  };

  void Settle(WorldTime now);

  core::FlatTable<Action, State, ActionHash> actions_;
  std::vector<Both> both_;
};

// BR-8: one transaction, and one call of a client however often it is retried, makes at most one revision of a block.
class RetryChecker : public Checker {
 public:
  RetryChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RevisionApplied, core::CallAttempt>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  core::FlatTable<core::TxId, CallName> calls_;
  core::FlatTable<BlockTx, uint64_t, BlockKeyHash> by_transaction_;  // The revision that it made.
  core::FlatTable<BlockCall, uint64_t, BlockKeyHash> by_call_;
};

// BR-9: a block that was deleted does not come back without a put: behind a tombstone a replica applies later revisions only, as long as it
// must remember the tombstone, and the next one is a put.
class ResurrectionChecker : public Checker {
 public:
  ResurrectionChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::RevisionApplied, core::RevisionCollected>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  struct Tombstone {
    uint64_t revision = 0;
    bool collected = false;
    core::Time at;         // Of the collection, by the replica's own clock.
    WorldTime reported;    // Of the tombstone, then of its collection.
    bool stopped = false;  // Since then.
  };

  core::FlatTable<PeerBlock, Tombstone, BlockKeyHash> tombstones_;
};

}  // namespace sim
