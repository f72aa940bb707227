// What stands in collections: CO-1 to CO-5. All judge the committed contents (sim/observe/committed_collections.h), never what a
// client believes. Source: protocol document, 1.5. Thread rule: as Observer.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/committed_collections.h"

namespace sim {

// Follows the contents, and calls Judge with a collection that a transaction has changed.
class ContentsChecker : public Checker {
 public:
  using Checker::Checker;

  [[nodiscard]] FactMask Wants() const override { return CommittedCollections::kWants; }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;

 protected:
  using Contents = CommittedCollections::Contents;

  virtual void Judge(const WorldView&, const core::BlockId&, const Contents&) {}

  void Violated(const WorldView& world, const core::BlockId& header, std::string expected,
                const core::Status& found);

  CommittedCollections committed_;
};

// CO-1: a log's sequence is dense, each block holds the hash of the one before, no action stands twice.
class LogChainChecker : public ContentsChecker {
 public:
  LogChainChecker();

  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 protected:
  void Judge(const WorldView&, const core::BlockId& header, const Contents&) override {
    changed_.insert(header);
  }

 private:
  std::set<core::BlockId> changed_;  // Since the last look.
};

// CO-2: every transaction leaves a tree that keeps the rules of a B+tree.
class TreeRulesChecker : public ContentsChecker {
 public:
  TreeRulesChecker();

 protected:
  void Judge(const WorldView& world, const core::BlockId& header,
             const Contents& contents) override;
};

// CO-3: played onto nothing, a tree's log makes the tree, block for block.
class ReplayChecker : public ContentsChecker {
 public:
  ReplayChecker();

  void OnEnd(const WorldView& world) override;
};

// CO-4: a collection that several create at once has one header and one log, which holds every action that its user was told is
// committed, where he was told; no action that was refused or dropped, and none that nobody began. An entry that several
// collections share stands in all of them.
class EntryChecker : public ContentsChecker {
 public:
  EntryChecker();

  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Action {
    core::PeerId peer;
    bool ended = false;
    core::ActionEnd end = core::ActionEnd::kCommitted;
    uint64_t sequence = 0;
  };

  struct Entry {
    uint64_t sequence = 0;
    std::vector<core::BlockId> collections;  // Others that share it.
  };

  using Actions = std::map<core::ActionId, Action>;
  using Log = std::map<core::ActionId, Entry>;

  [[nodiscard]] static Log ReadLog(core::Draft& view);
  void Compare(const WorldView& world, const core::BlockId& header, const Actions& begun,
               const Log& log);
  void CompareShared(const WorldView& world, const std::map<core::BlockId, Log>& logs);
  void Blame(const WorldView& world, const core::BlockId& header, const core::ActionId& action,
             core::PeerId peer, std::string expected, std::string found);

  std::map<core::BlockId, Actions> begun_;  // By the collection's header.
};

// CO-5: what an action looked up, and did not write, was so where its entry stands in the log, and the entry names the leaves: of the
// blocks on the way to a key its read set may leave out any but the leaf.
class ReadSetChecker : public ContentsChecker {
 public:
  ReadSetChecker();

  void OnEnd(const WorldView& world) override;
};

// In the order in which they are listed.
[[nodiscard]] std::vector<std::unique_ptr<Checker>> MakeCollectionCheckers();

}  // namespace sim
