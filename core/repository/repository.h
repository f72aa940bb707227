// Repository: the blocks that this peer holds, each a chain of revisions, in memory and as rows.
//
// Pure state: every change is made here and written into the caller's batch, and is the caller's to
// make durable before it tells anybody. Invariants (protocol document, 1.3.5): BR-1 a latest
// revision never decreases, and a commit makes it greater by one; BR-4 the latest is materialisable
// (or the block is damaged and says so); BR-5 the latest is never collected, but for a tombstone,
// which leaves a memory; BR-6 a read gives the revision that was asked for, the latest, or
// "expired", never another one; BR-7 a pend is gone when its revision is there; BR-8 one
// transaction makes at most one revision; BR-9 what is deleted comes back by a put only.
//
// Contents are whole at the tip, at the floor, and at every `materialise_every`-th revision;
// transforms lead from one revision to the next in between. Of a block that was let go the row of the latest
// revision is left, and the owner knows where its value is (LetGo). Memory: all of it, bounded by
// cluster_cache or the host's storage; an empty repository owns no heap memory. Thread rule: one thread at a
// time. Source: protocol document, 1.2.1, 1.3; docs/decisions/0023-a-bounded-cache.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/config.h"
#include "core/port/context.h"
#include "core/port/host.h"
#include "core/port/observation.h"
#include "core/repository/rows.h"
#include "core/repository/two_queue.h"

namespace core {

// The hash of a revision (1.3.3).
[[nodiscard]] Key256 ContentHash(const Suite& suite, std::span<const uint8_t> value);
[[nodiscard]] Key256 TombstoneHash(const Suite& suite, const BlockId& block);

struct Revision {
  uint64_t number = 0;
  RevisionRow row;
  std::optional<Bytes> content;  // Whole; a tombstone has none.

  [[nodiscard]] bool tombstone() const { return Erases(row.action); }
};

// The newest that a replica knows of a block; revision 0: nothing.
struct Tip {
  uint64_t revision = 0;
  Key256 hash;
  bool deleted = false;
};

class Repository {
 public:
  // What a decided change met.
  enum class Applied : uint8_t {
    kDone,
    kAlready,  // This transaction's revision is there.
    kFork,     // Another one's is.
    kGap       // The base is not there: catch up first.
  };

  // A decided revision of a block.
  struct Change {
    BlockId block;
    uint64_t base_revision = 0;
    RevisionRow row;  // prior_hash: the base's; created, derived and transform are set here.
    Bytes value;      // Empty for a tombstone.
  };

  struct Reading {
    BlockState state = BlockState::kAbsent;
    const Revision* revision = nullptr;  // Of kPresent and kDeleted.
    uint64_t latest = 0;
  };

  // REQUIRES: context outlives this.
  explicit Repository(const Context& context) : context_(&context) {}

  // Takes the rows of an earlier life, ascending by key; rows of other tables are ignored. Repairs
  // that must be written go into the batch. `repaired` counts latest rows that were lost.
  struct Loaded {
    size_t blocks = 0;
    size_t repaired = 0;
    size_t damaged = 0;
    size_t dropped = 0;  // Rows that belong to nothing.
  };

  Loaded Load(std::span<const StoredRow> rows, StoreBatch& batch);

  [[nodiscard]] Tip TipOf(const BlockId& block) const;
  [[nodiscard]] bool IsDamaged(const BlockId& block) const;
  // revision 0: the latest.
  [[nodiscard]] Reading Read(const BlockId& block, uint64_t revision) const;
  // Nothing: it was let go. REQUIRES: revision is kept, of this block, and no tombstone.
  [[nodiscard]] std::optional<Bytes> ContentOf(const BlockId& block,
                                               const Revision& revision) const;
  // The revision with this number, if it is kept.
  [[nodiscard]] const Revision* Find(const BlockId& block, uint64_t revision) const;

  Applied Apply(Time now, Change change, StoreBatch& batch, std::vector<Observation>& facts);

  // Takes another replica's newer latest revision; false when it is not newer.
  bool Restore(Time now, uint64_t revision, Change change, StoreBatch& batch,
               std::vector<Observation>& facts);

  // A pend of a transaction that has its revision already is not added.
  void AddPend(const BlockId& block, const TxId& of, PendRow pend, StoreBatch& batch,
               std::vector<Observation>& facts);
  [[nodiscard]] const PendRow* FindPend(const BlockId& block, const TxId& of) const;
  // The first pend of another multi-block transaction, if there is one.
  [[nodiscard]] const PendRow* OtherPend(const BlockId& block, const TxId& of) const;
  void DropPend(const BlockId& block, const TxId& of, bool committed, StoreBatch& batch,
                std::vector<Observation>& facts);

  // ---- values and their room (repository_values.cc) ----

  // Contents, transforms and pends.
  [[nodiscard]] uint64_t ValueBytes() const { return value_bytes_; }

  // Whether its latest revision has a content that is not here.
  [[nodiscard]] bool IsLetGo(const BlockId& block) const;
  // Somebody wanted the value.
  void Use(const BlockId& block);
  // What may be let go, coldest first: as much as makes these bytes, at most `limit` blocks. Empty unless there
  // is a bound.
  [[nodiscard]] std::vector<BlockId> Coldest(uint64_t bytes, size_t limit) const;
  // It was tried, and may not go yet.
  void Defer(const BlockId& block);
  // Keeps the row of the latest revision alone: past ones are collected, as no ring has them. False: it has moved
  // on, or may not go. REQUIRES: others hold the revision.
  bool LetGo(const BlockId& block, uint64_t revision, StoreBatch& batch,
             std::vector<Observation>& facts);
  // The content of a revision that was let go; false: it is of another one.
  bool PutBack(const BlockId& block, uint64_t revision, const Bytes& content, StoreBatch& batch);

  // Visits (block, of, pend), in the order in which blocks came.
  template <typename Visitor>
  void ForEachPend(Visitor&& visit) const {
    if (pend_count_ == 0) return;
    blocks_.ForEach([&](const BlockId& id, const Block& block) {
      for (const Pend& pend : block.pends) visit(id, pend.of, pend.row);
    });
  }

  // Visits (block, tip), in the order in which blocks came.
  template <typename Visitor>
  void ForEachTip(Visitor&& visit) const {
    blocks_.ForEach([&](const BlockId& id, const Block&) { visit(id, TipOf(id)); });
  }

  // Collects what nobody may ask for any more (1.3.4). At most kSweepBlocksMax blocks a call; the
  // next call goes on.
  void Sweep(Time now, StoreBatch& batch, std::vector<Observation>& facts);

  [[nodiscard]] size_t BlockCount() const { return blocks_.size(); }

  [[nodiscard]] size_t PendCount() const { return pend_count_; }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr size_t kSweepBlocksMax = 1024;
  static constexpr size_t kSweepBytesMax = size_t{4} << 20;  // Of one batch; one block more fits.

  struct Pend {
    TxId of;
    PendRow row;
  };

  struct Block {
    std::vector<Revision> revisions;  // Ascending; the last is the latest.
    std::vector<Pend> pends;
    bool damaged = false;
    uint64_t promised = 0;  // Of a damaged block: the latest that it had.
    uint64_t bytes = 0;     // Of its values.
  };

  struct Memory {
    uint64_t revision = 0;
    Key256 hash;
    Time until;
  };

  struct Remains;

  [[nodiscard]] const TransactionsConfig& config() const { return context_->config->transactions; }

  // ---- repository_load.cc ----
  void LoadBlock(const BlockId& id, Remains& remains, StoreBatch& batch, Loaded& loaded);
  void Mend(const BlockId& id, Block& block, uint64_t promised, StoreBatch& batch,
            Loaded& loaded) const;
  [[nodiscard]] bool IsSound(const BlockId& id, const Block& block, size_t index) const;
  static void DropDonePends(const BlockId& id, Block& block, StoreBatch& batch, Loaded& loaded);

  // ---- repository_values.cc ----
  // After each change of a block's values; `wanted`: somebody wrote or read them.
  void Recount(const BlockId& id, Block& block, bool wanted);
  static void DropUnreadable(const BlockId& id, Block& block, StoreBatch& batch,
                             std::vector<Observation>& facts);
  static void CollectFirst(const BlockId& id, Block& block, StoreBatch& batch,
                           std::vector<Observation>& facts);

  void Append(Time now, Block& block, uint64_t number, Change change, StoreBatch& batch);
  void Slim(const BlockId& id, Block& block, size_t index, StoreBatch& batch);
  void SweepBlock(Time now, const BlockId& id, Block& block, StoreBatch& batch,
                  std::vector<Observation>& facts);
  [[nodiscard]] static std::optional<Bytes> Rebuild(const Block& block, size_t index);

  const Context* context_;
  FlatTable<BlockId, Block> blocks_;
  FlatTable<BlockId, Memory> memories_;
  TwoQueue wanted_;  // Blocks with values; empty unless these are bounded.
  uint64_t value_bytes_ = 0;
  size_t pend_count_ = 0;
  std::optional<BlockId> swept_;  // The last block of the sweep that goes on.
};

}  // namespace core
