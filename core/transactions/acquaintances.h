// Acquaintances: whom this peer knew, kept for its next life.
//
// A member that restarts while others are cut off would take whoever is left for the cluster, and so
// would its fellows: a cut and a restart of the small side made a fork. So what NearestRemembered goes
// by is a row, written with a member's first vote and its sweeps, when it has changed.
// Owner: Voter. Thread rule: one thread at a time. Source: protocol document, 1.4.3 (partition
// suspicion); docs/decisions/0009.
#pragma once

#include <span>

#include "core/base/hash.h"
#include "core/port/host.h"
#include "core/transactions/tx_moment.h"

namespace core {

class Acquaintances {
 public:
  // Hands the row of an earlier life, if there is one, to the neighbours' source.
  void Load(const TxMoment& moment, std::span<const StoredRow> rows);

  // Adds the row to the batch when it says something new.
  void Store(const TxMoment& moment, StoreBatch& batch);

  // Nothing was ever stored.
  [[nodiscard]] bool empty() const { return stored_ == Fingerprint{}; }

  template <typename State>
  void Tell(State& state) const {
    state.Hash(stored_.high);
    state.Hash(stored_.low);
  }

 private:
  Fingerprint stored_;  // Of what the row says.
};

}  // namespace core
