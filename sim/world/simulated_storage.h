// SimulatedStorage: the disk of one peer. Holds the rows of the core's tables across its incarnations, and
// writes batches in groups: what is handed over while a group is being written waits and shares the next
// sync, as on a real disk (node/storage/group_writer.h).
//
// Invariants: those of core/port/host.h, here (1) a batch is applied whole or not at all; (2) completions
// come in the order of HandOver; (3) nothing is applied before its group is complete.
// The world tells the time: it gives each group an event of its own. Thread rule: the peer's turn.
// Source: simulator.md, section 2.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/port/effects.h"
#include "core/port/host.h"

namespace sim {

class SimulatedStorage {
 public:
  void HandOver(core::StoreRequest request);

  // When nothing is being written and something waits: begins to write all that waits.
  [[nodiscard]] bool BeginGroup();

  // The next completion of the group that is being written; nothing ends the group.
  [[nodiscard]] std::optional<core::Stored> CompleteNext();

  // The process dies: what was not completed is lost.
  void Crash();

  // Ascending.
  void CopyRows(std::vector<core::StoredRow>& rows) const;
  [[nodiscard]] size_t MemoryUsage() const;

 private:
  [[nodiscard]] core::Status Apply(const core::StoreBatch& batch);
  [[nodiscard]] std::optional<core::Bytes> Find(const core::StoreKey& at) const;

  std::map<core::StoreKey, core::Bytes> rows_;
  std::deque<core::StoreRequest> writing_;
  std::deque<core::StoreRequest> waiting_;
  bool busy_ = false;  // A group is being written or completed.
};

}  // namespace sim
