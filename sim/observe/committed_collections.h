// CommittedCollections: what stands in each collection, transaction by transaction; what a transaction over several wrote to each of
// them is a transaction of that one. The contents are those that users asked to
// write; that they are committed is what honest replicas report as durable, by the hash of what they hold.
//
// Invariants: (1) a transaction is taken as a whole, in all its collections, when the first replica of any of its blocks has
// applied it; (2) it is taken
// on top of the revisions that it was made from; one that comes before those waits for them, one that comes too late waits for
// ever, as what it wrote was written over. Thread rule: as Observer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"

namespace sim {

class CommittedCollections {
 public:
  struct Contents {
    core::CollectionKind kind = core::CollectionKind::kDiary;
    core::BlockSet blocks;
    uint64_t commits = 0;
    std::set<uint32_t> creators;  // Peers whose users asked for its first block.
    std::vector<std::shared_ptr<const core::ChangeSet>> waiting;
  };

  static constexpr FactMask kWants =
      MaskOf<core::CallAttempt, core::CallFinished, core::RevisionApplied>();

  void OnUserFact(const UserFact& fact);
  // The collections that have changed by the fact.
  [[nodiscard]] std::vector<core::BlockId> OnFact(const WorldView& world, const Fact& fact);

  // By header.
  [[nodiscard]] const std::map<core::BlockId, Contents>& all() const { return collections_; }

 private:
  struct Asked {
    core::BlockId collection;
    std::shared_ptr<const core::ChangeSet> changes;
  };

  [[nodiscard]] std::vector<core::BlockId> OnApplied(const WorldView& world,
                                                     const core::RevisionApplied& applied);

  std::map<core::BlockId, Contents> collections_;
  core::FlatTable<CallName, std::vector<Asked>, BlockKeyHash> asked_;  // One for each collection.
  core::FlatTable<core::TxId, CallName> attempts_;
};

}  // namespace sim
