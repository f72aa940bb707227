// Shelf: the blocks that this ring node holds: an index in memory, the archives on the disk
// (ring_rows.h).
//
// A block is held from the moment in which both rows are durable, and released before they are deleted. One that the disk
// cannot give back is not held any more: repair fetches it, and its bytes count until it is replaced or released.
// Invariants: (1) AR-7: what is held and what is on its way to the disk fit into the capacity; (2) a
// revision never gives way to an older one; (3) completions come in the order of the batches. Memory: an
// index entry a block, whatever its size (ordered by key, so that ranges are stretches). A disk that
// refuses leaves the index as it was. Owner: Arachnode. Source: protocol document, 1.2.1;
// docs/decisions/0018-bulk-rows-are-read-on-demand.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/btree_map.h"

#include "core/arachnode/digest.h"
#include "core/arachnode/place.h"
#include "core/arachnode/ring_moment.h"
#include "core/arachnode/ring_rows.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/port/host.h"

namespace core {

// What the index knows of a block.
struct ShelfEntry {
  uint64_t revision = 0;  // 0: damaged.
  uint32_t bytes = 0;     // Of its archive on the disk.
};

// What a batch was for: the caller's to fill in, handed back with its end.
struct ShelfTask {
  enum class Kind : uint8_t { kPut = 1, kRead = 2, kErase = 3, kPlace = 4 };
  enum class Use : uint8_t {
    kAsked,    // Of a put: somebody sent it, and wants an ack. Of a read: somebody wants it.
    kPulled,   // Of a put: this peer fetched it.
    kPushed,   // Of a read: it goes to somebody who lacks it.
    kProved,   // Of a read: somebody wants to see that it is held.
    kChecked,  // Of a read: somebody else is to show that it holds the same.
    kSought    // Of a read: this peer looks for it, as a member.
  };

  Kind kind = Kind::kPut;
  Use use = Use::kAsked;
  Key256 key = {};
  uint64_t revision = 0;
  PeerId peer = kNoPeer;
  uint64_t id = 0;      // Of its message.
  uint8_t seen = 0;     // Of a put.
  bool inward = false;  // Of a put.
  Key256 nonce = {};    // Of kProved.
};

struct ShelfEnd {
  ShelfTask task;
  bool done = false;
  bool no_room = false;  // Not done, since the disk is full.
  Archive archive;       // Put, or read.
};

class Shelf {
 public:
  // Rows of an earlier life, ascending; others are ignored. Returns how many blocks there are.
  size_t Load(std::span<const StoredRow> rows);

  [[nodiscard]] const ShelfEntry* Find(const Key256& key) const;

  // Holds this revision or a later one, or it is on its way to the disk.
  [[nodiscard]] bool Has(const KeyedRevision& block) const;

  [[nodiscard]] size_t size() const { return held_.size(); }

  [[nodiscard]] size_t damaged() const { return damaged_; }

  // What is on its way to the disk included.
  [[nodiscard]] uint64_t used() const { return used_ + coming_; }

  // Of the blocks that are held alone.
  [[nodiscard]] uint64_t settled_bytes() const { return used_; }

  // False: it does not fit into `capacity`. REQUIRES: the archive is verified, of task.key, newer than what
  // is held.
  [[nodiscard]] bool Put(const RingMoment& moment, ShelfTask task, Archive archive,
                         uint64_t capacity);
  // REQUIRES: Has({task.key, 1}).
  void Read(const RingMoment& moment, ShelfTask task);
  // Forgets the block at once; its bytes follow.
  void Erase(const RingMoment& moment, const Key256& key);

  // The row of the node's place, behind everything that was written before.
  void WritePlace(const RingMoment& moment, Bytes row);

  [[nodiscard]] static bool Owns(StoreTicket ticket) { return ticket.value >> 56 == kModule; }

  // REQUIRES: Owns(stored.ticket).
  [[nodiscard]] ShelfEnd OnStored(const RingMoment& moment, const Stored& stored);

  // Blocks of the range behind `after`, ascending, at most `limit`.
  [[nodiscard]] std::vector<KeyedRevision> Page(const KeyRange& range, const Key256& after,
                                                size_t limit) const;
  // At most `limit` blocks, damaged ones too, that the range does not have; nothing: no range has any.
  [[nodiscard]] std::vector<KeyedRevision> Outside(const std::optional<KeyRange>& range,
                                                   size_t limit) const;

  // Of the blocks of the range that are held. REQUIRES: range.bits <= DigestTree::kDepthMax.
  [[nodiscard]] BucketDigest DigestOfRange(const KeyRange& range) const;

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr uint64_t kModule = 2;

  // A batch that the host has; they end in their order.
  struct Open {
    StoreTicket ticket;
    ShelfTask task;
    Archive archive;
    uint32_t bytes = 0;
  };

  void HandOver(const RingMoment& moment, StoreBatch batch, Open open);
  void NoteDamage(const Key256& key);
  void Index(const Key256& key, const ShelfEntry& entry);
  // Before an entry goes or changes.
  void Unindex(const Key256& key, const ShelfEntry& held);
  void Walk(const KeyRange& range, DigestTree::Visitor visit) const;

  absl::btree_map<Key256, ShelfEntry> held_;
  DigestTree digests_;  // Of held_.
  std::deque<Open> open_;
  size_t damaged_ = 0;
  uint64_t used_ = 0;
  uint64_t coming_ = 0;  // Of puts in open_.
  uint64_t last_ = 0;
};

}  // namespace core
