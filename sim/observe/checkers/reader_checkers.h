// What clients read: BR-3, BR-4, BR-6, BR-10.
//
// A read is judged by what had been acknowledged, to anybody or to the reader, before it began. Only honest clients are asked.
// Source: protocol_voting_network.md, 1.3.1 and 1.3.5. Thread rule: as Observer.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

// BR-3: an acknowledged write is never lost: replicas hold its very content at its revision and build the next one on it, and
// every read of the latest that begins later finds that revision or a higher one.
class LostWriteChecker : public Checker {
 public:
  LostWriteChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallWrite, core::CallFinished, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Write {
    core::BlockId block;
    uint64_t revision = 0;
    core::Key256 hash;
  };

  struct Open {
    uint64_t floor = 0;         // Reads of the latest: the highest revision acknowledged before.
    std::vector<Write> writes;  // Of a transaction.
  };

  struct Known {
    bool applied = false;  // By an honest replica: hash and prior are its.
    core::Key256 hash;
    core::Key256 prior;
    bool acknowledged = false;
    core::Key256 promised;
  };

  void OnFinished(const Fact& fact, const core::CallFinished& finished);
  void Acknowledge(const Fact& fact, const Write& write);
  void Compare(const Fact& fact, const BlockRevision& at);
  void Lost(const Fact& fact, const BlockRevision& at, const core::Key256& expected,
            const std::string& found);

  core::FlatTable<CallName, Open, BlockKeyHash> open_;
  core::FlatTable<BlockRevision, Known, BlockKeyHash> known_;
  core::FlatTable<core::BlockId, uint64_t> acknowledged_;  // The highest revision.
};

// BR-4: a latest revision that is reported can be read: the content that a get brings is the one that the revision's hash names.
class ContentChecker : public Checker {
 public:
  ContentChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::BlockRead, core::CallFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Read {
    uint64_t revision = 0;
    core::Key256 hash;
  };

  core::FlatTable<CallName, Read, BlockKeyHash> reads_;
  std::vector<uint8_t> bytes_;
};

// BR-6: `get` at revision r gives the highest kept revision up to r, or `expired`, never another one. Revisions are dense, so a
// revision below r is right only if r had not been made yet, and `expired` only if r is not the latest.
class OldRevisionChecker : public Checker {
 public:
  OldRevisionChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallFinished, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Open {
    uint64_t asked = 0;
    uint64_t made = 0;  // Highest revision acknowledged before the call.
  };

  void Judge(const Fact& fact, const Open& open, const core::CallFinished& finished);

  core::FlatTable<CallName, Open, BlockKeyHash> open_;
  core::FlatTable<core::BlockId, uint64_t> acknowledged_;
  core::FlatTable<core::BlockId, uint64_t> applied_;  // Highest, by anybody honest.
};

// BR-10: for each client, reads of the latest go forward and include its own acknowledged writes.
class SessionChecker : public Checker {
 public:
  SessionChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Known {
    uint64_t revision = 0;
    core::Key256 hash;
  };

  core::FlatTable<CallName, Known, BlockKeyHash>
      open_;  // What the client knew when the read began.
  core::FlatTable<PeerBlock, Known, BlockKeyHash> known_;
};

}  // namespace sim
