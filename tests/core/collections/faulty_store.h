// FaultyStore: a BlockStore behind a bad network. Some of what is asked of it fails: reads get nothing,
// transactions end in another way than they went or take effect later; and readers may be served by
// replicas that lag. Everything follows from the owner's random numbers. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"
#include "core/collections/collection.h"
#include "tests/core/collections/block_store.h"

namespace core {

class FaultyStore {
 public:
  struct Faults {
    uint64_t percent = 0;  // Of transactions and reads.
    bool lagging = false;  // Reads may be up to ten seconds old.
  };

  // How a transaction ends for whoever asked, and whether it is still on its way then.
  struct Fate {
    TransactEnd end = TransactEnd::kInDoubt;
    bool later = false;
  };

  // REQUIRES: random outlives the store.
  FaultyStore(Random& random, const Faults& faults) : random_(random), faults_(faults) {}

  // No faults from now on.
  void Heal() { faults_ = {}; }

  bool Fails() { return random_.Below(100) < faults_.percent; }

  bool Apply(Time now, const ChangeSet& changes) {
    if (!newest_.Apply(changes)) {
      ++refusals_;
      return false;
    }
    for (const BlockWrite& write : changes.writes) {
      history_[write.block].push_back({now, newest_.Read(write.block)});
    }
    return true;
  }

  Fate Run(Time now, const ChangeSet& changes) {
    if (!Fails()) {
      return {.end = Apply(now, changes) ? TransactEnd::kCommitted : TransactEnd::kStale};
    }
    switch (random_.Below(5)) {
      case 0:
        return {.end = TransactEnd::kConflict};
      case 1:
        return {.end = TransactEnd::kUnavailable};
      case 2:
        Apply(now, changes);
        return {};
      case 3:
        return {.later = true};
      default:
        return {};
    }
  }

  // The newest revision, or one that was the newest at some time in the last ten seconds.
  FetchedBlock Read(Time now, const BlockId& id) {
    if (!faults_.lagging || random_.Below(3) != 0) return newest_.Read(id);
    const auto& versions = history_[id];
    size_t oldest = versions.size();
    while (oldest > 0 && versions[oldest - 1].first + Seconds(10) > now) --oldest;
    // Position 0 stands for "not there yet".
    const size_t at = oldest + random_.Below(versions.size() - oldest + 1);
    return at == 0 ? FetchedBlock{} : versions[at - 1].second;
  }

  BlockStore& newest() { return newest_; }

  [[nodiscard]] const BlockStore& newest() const { return newest_; }

  [[nodiscard]] size_t refusals() const { return refusals_; }

 private:
  Random& random_;
  Faults faults_;
  BlockStore newest_;
  std::map<BlockId, std::vector<std::pair<Time, FetchedBlock>>> history_;
  size_t refusals_ = 0;
};

}  // namespace core
