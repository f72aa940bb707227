// Draft: what an operation on a collection reads and writes, before anything is sent anywhere.
//
// The core has neither callbacks nor coroutines, so an operation is a pure function over a BlockSet,
// what has been fetched so far. When it meets a block that is not there it stops, and the draft says
// which (trouble kNeeds, wanted); the caller fetches and begins again with a fresh draft. When it is
// done, Changes() is one transaction: each block once, with the revision it was made from.
// Invariants: (1) a read sees the draft's own writes; (2) after the first trouble every read fails
// and the draft is worth nothing; (3) two blocks that contradict each other (fetched before and
// after somebody's commit) are trouble kTorn, wanted names both; (4) bytes that no honest client
// writes are kDamaged.
// Owner: one call; keeps a reference to the BlockSet. Source: protocol document, 1.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/collections/blocks.h"
#include "core/port/command.h"

namespace core {

// What somebody answered about a block. No bytes: never written (revision 0) or deleted.
struct FetchedBlock {
  uint64_t revision = 0;
  std::optional<Bytes> bytes;

  friend bool operator==(const FetchedBlock&, const FetchedBlock&) = default;
};

using BlockSet = std::map<BlockId, FetchedBlock>;

// One transaction. `tail` decides it: the log block with the newest entry, or the header when the
// collection is created.
struct ChangeSet {
  std::vector<BlockWrite> writes;  // In the order in which they are to be committed.
  BlockId tail;
};

enum class Trouble : uint8_t { kNone, kNeeds, kTorn, kDamaged };

class Draft {
 public:
  // REQUIRES: suite and base outlive the draft; base does not change while it lives.
  Draft(const Suite& suite, const BlockSet& base, const BlockId& collection)
      : suite_(&suite), base_(&base), collection_(collection) {}

  // From now on new blocks and footprints belong to this action.
  void BeginAction(const ActionId& action);

  // Each is nothing, and there is trouble, when the block cannot be had.
  [[nodiscard]] std::optional<CollectionHeader> Header();
  [[nodiscard]] std::optional<LogBlock> Log(const BlockId& id);
  [[nodiscard]] std::optional<TreeTrunk> Trunk(const BlockId& id);
  [[nodiscard]] std::optional<TreeNode> Node(const BlockId& id);

  // True when it is known that there is no header. False with trouble kNeeds when nobody asked yet.
  [[nodiscard]] bool KnownAbsent();

  // The bytes of a block, if it is at hand and not deleted. Never trouble.
  [[nodiscard]] std::optional<Bytes> BytesAt(const BlockId& id) const;

  void Write(const BlockId& id, Bytes bytes);
  void Delete(const BlockId& id);
  // An id that the current action has not used yet.
  [[nodiscard]] BlockId NewTreeBlock();
  [[nodiscard]] BlockId NewLogBlock() const;

  void SetTorn(const BlockId& a, const BlockId& b);
  void SetDamaged(std::string_view what);

  [[nodiscard]] Trouble trouble() const { return trouble_; }

  [[nodiscard]] bool ok() const { return trouble_ == Trouble::kNone; }

  // Blocks to fetch: those missing, or those that contradict each other.
  [[nodiscard]] std::span<const BlockId> wanted() const { return wanted_; }

  [[nodiscard]] const Status& damage() const { return damage_; }

  [[nodiscard]] const Suite& suite() const { return *suite_; }

  [[nodiscard]] const BlockId& collection() const { return collection_; }

  [[nodiscard]] const ActionId& action() const { return action_; }

  [[nodiscard]] bool Wrote(const BlockId& id) const { return writes_.contains(id); }

  // The block is there without the draft, or it is known not to be there.
  [[nodiscard]] bool InBase(const BlockId& id) const;
  [[nodiscard]] bool Gone(const BlockId& id) const;

  [[nodiscard]] size_t write_count() const { return writes_.size(); }

  [[nodiscard]] size_t write_bytes() const;

  // Blocks that the current action wrote, with the revision they will get, and leaves that it read
  // and did not write. Interior nodes are left out of the reads: a leaf names the keys it answers
  // for, so it alone vouches for what was found in it (CO-5).
  [[nodiscard]] std::vector<BlockRevision> TouchedBlocks() const;
  [[nodiscard]] std::vector<BlockId> LeavesRead() const;

  // The writes: those of `first` in that order, then the others by id.
  [[nodiscard]] ChangeSet Changes(std::span<const BlockId> first) const;

 private:
  // The bytes of a block that others point to; nullptr and trouble when there are none.
  [[nodiscard]] const Bytes* Existing(const BlockId& id);
  [[nodiscard]] uint64_t BaseRevision(const BlockId& id) const;
  template <typename T>
  [[nodiscard]] std::optional<T> Accept(StatusOr<T> decoded);
  void Want(const BlockId& id);

  const Suite* suite_;
  const BlockSet* base_;
  BlockId collection_;
  ActionId action_;
  uint32_t next_number_ = kFirstTreeBlockNumber;
  std::map<BlockId, std::optional<Bytes>> writes_;
  std::set<BlockId> touched_;
  std::set<BlockId> leaves_;
  Trouble trouble_ = Trouble::kNone;
  std::vector<BlockId> wanted_;
  Status damage_;
};

}  // namespace core
