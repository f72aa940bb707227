// SimulatedStorage: the disk of one peer. Holds the rows of the core's tables across its incarnations, and
// writes batches in groups: what is handed over while a group is being written waits and shares the next
// sync, as on a real disk (node/storage/group_writer.h).
//
//   trouble    | while it lasts
//   full       | batches with writes are refused: ResourceExhausted
//   failing    | batches are refused: Unavailable; a crash before the next good batch may bring them back
//   lying      | Ok is reported without a sync: a crash takes back what was reported
//   misreading | a row is damaged: DataLoss for who reads it or requires something of it, and no start unless
//              | it is bulk
//
// Invariants: those of core/port/host.h, here (1) a batch is applied whole or not at all, a crash included: a
// torn batch is a batch that is not there; (2) completions come in the order of HandOver; (3) a crash takes
// batches away from the end only. The world tells the time and gives each group an event of its own.
// Thread rule: the peer's turn. Source: simulator.md, section 2; docs/storage.md, section 4.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/port/effects.h"
#include "core/port/host.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"
#include "sim/world/row_pool.h"

namespace sim {

struct StoreKeyHash {
  uint64_t operator()(const core::StoreKey& at) const {
    return core::HashBytes(at.key, at.table.value);
  }
};

class SimulatedStorage {
 public:
  enum class Trouble : uint8_t { kFull, kFailing, kLying, kMisreading };

  // REQUIRES: pool outlives this.
  explicit SimulatedStorage(RowPool* pool) : pool_(*pool) {}

  void HandOver(core::StoreRequest request) { waiting_.push_back(std::move(request)); }

  // When nothing is being written and something waits: begins to write all that waits, and says how many bytes.
  [[nodiscard]] std::optional<size_t> BeginGroup();

  // The group that is being written has a batch that is not completed; false ends the group.
  [[nodiscard]] bool HasNext();
  // What Complete would report. REQUIRES: HasNext.
  [[nodiscard]] core::Status JudgeNext(WorldTime now) const;
  // REQUIRES: HasNext.
  [[nodiscard]] core::Stored Complete(WorldTime now);

  // Batches applied in the life of the peer.
  [[nodiscard]] uint32_t applied() const { return applied_; }

  // `random` chooses the row that is misread.
  void Begin(Trouble trouble, WorldTime until, core::Random random);
  // Misread rows are read well again, unless another such trouble lasts.
  void EndMisreading(WorldTime now);

  // The rows cannot be given to a start.
  [[nodiscard]] bool Unreadable() const;

  // Forgets what is not completed.
  void DropOpen();
  // The process dies; `random` decides what may be or not be. Since when everything that had been reported as durable is
  // gone; nothing when all of that is there.
  std::optional<WorldTime> Crash(DiskSpec::Keeps keeps, WorldTime now, core::Random random);
  // Another disk, as good or bad as this one. Says the same.
  std::optional<WorldTime> Wipe();

  void Digest(core::Hasher& hasher) const;
  void Describe(core::StateListener& listener) const;
  // Those that a start brings, ascending.
  void CopyRows(std::vector<core::StoredRow>& rows) const;
  [[nodiscard]] size_t MemoryUsage() const;

  // A number of its own for each draw.
  [[nodiscard]] uint32_t NextDraw() { return draws_++; }

 private:
  template <typename State>
  void Tell(State& state) const;

  // What a batch replaced, in the order of its writes.
  struct Undo {
    WorldTime reported;
    std::vector<std::pair<core::StoreKey, std::optional<core::Bytes>>> replaced;
  };

  [[nodiscard]] core::Status Judge(const core::StoreBatch& batch, WorldTime now) const;
  // Without the medium, which may have taken what it reported as failed.
  [[nodiscard]] core::Status JudgeContent(const core::StoreBatch& batch, WorldTime now) const;
  [[nodiscard]] core::Status JudgeRequirements(const core::StoreBatch& batch) const;

  [[nodiscard]] bool Lasts(Trouble trouble, WorldTime now) const {
    return now < until_[static_cast<size_t>(trouble)];
  }

  // Nothing: the key is not there.
  [[nodiscard]] std::optional<core::Bytes> Find(const core::StoreKey& at) const;
  void Put(const core::StoreKey& at, std::optional<core::Bytes> value);
  void Apply(core::StoreBatch batch, WorldTime now);
  // Those that fit, in their order.
  void ApplyAll(std::vector<core::StoreBatch> batches, WorldTime now);
  void UndoLast();

  RowPool& pool_;
  core::FlatTable<core::StoreKey, SharedRow, StoreKeyHash> rows_;
  std::set<core::StoreKey> misread_;
  std::deque<core::StoreRequest> writing_;
  std::deque<core::StoreRequest> waiting_;
  std::vector<Undo> unsynced_;              // Reported Ok by a lying disk.
  std::vector<core::StoreBatch> doubtful_;  // Reported Unavailable since the last good batch.
  WorldTime until_[4];                      // By trouble.
  uint32_t applied_ = 0;
  uint32_t draws_ = 0;
  bool busy_ = false;  // A group is being written or completed.
};

}  // namespace sim
