// Table: the contacts of one peer in Kademlia buckets, packed for a million peers in one process.
//
// Bucket b holds contacts that share exactly b leading bits with the own id. All buckets lie in one
// exact-size array, bucket 0 first; an entry is 6 bytes: the handle and a digit, the 16 id bits
// behind bit b. The digit orders a bucket by distance to any target without reading node ids;
// only equal digits (about 2 in 1,000 full buckets' worth of pairs) need the directory.
//
// Invariants: (1) at most bucket_size entries per bucket, no peer twice, never the own id; (2)
// within a bucket: suspects first (the longest suspected in front), then the others, the least
// recently heard first; (3) the last bucket in the list is not empty. A suspect is a contact that
// left a request unanswered; it stays until somebody better comes or it is silent again, and is not
// told to others. Idle memory: 6 bytes per contact and 4 per bucket.
// Thread rule: one thread at a time. Source: protocol document, 1.0 (routing).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/fixed_list.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/codec/directory.h"
#include "core/codec/limits.h"

namespace core {

using PeerList = FixedList<PeerId, limits::kNodesMax>;

class Table {
 public:
  static constexpr int kNoBucket = Key256::kBits;  // The own id has no bucket.

  enum class Noted : uint8_t { kKnown, kAdded, kReplacedSuspect, kFull };

  struct NoteResult {
    Noted noted = Noted::kFull;
    PeerId evicted = kNoPeer;  // With kReplacedSuspect.
  };

  struct Query {
    Key256 target;
    size_t count = limits::kNodesMax;  // Cut to kNodesMax.
    PeerId except = kNoPeer;
    bool with_suspects = false;
  };

  // bucket_size is cut to 1..limits::kNodesMax.
  Table(const NodeId& self_id, int bucket_size);

  [[nodiscard]] int BucketOf(const NodeId& id) const { return CommonPrefix(self_id_, id); }

  // The peer was heard: it becomes the most recent of its bucket if there is room or a suspect to
  // replace. REQUIRES: id is the peer's, bucket is BucketOf(id) and not kNoBucket.
  NoteResult NoteAlive(PeerId peer, const NodeId& id, int bucket);

  // The peer left a request unanswered. Returns true when it was a suspect already and is now
  // removed. No effect for a stranger.
  bool NoteSilent(PeerId peer, int bucket);

  // REQUIRES: `gone` is in the bucket, `id` is the newcomer's and belongs into the bucket.
  void Replace(PeerId gone, PeerId newcomer, const NodeId& id, int bucket);

  // Room for a batch of NoteAlive, and its end: only a few spare entries are kept.
  void Reserve(size_t contacts) { entries_.reserve(contacts); }

  void ShrinkToFit() {
    entries_.shrink_to_fit();
    buckets_.shrink_to_fit();
  }

  [[nodiscard]] bool Contains(PeerId peer, int bucket) const;
  [[nodiscard]] bool IsSuspect(PeerId peer, int bucket) const;

  // Front of the bucket, or kNoPeer.
  [[nodiscard]] PeerId OldestOf(int bucket) const;

  // Nearest first, never the own peer.
  [[nodiscard]] PeerList Nearest(const Directory& directory, const Query& query) const;

  // Leading bits shared by the own id and all of the n contacts nearest to it; 0 when fewer are
  // known.
  [[nodiscard]] int SharedPrefixWithNearest(size_t n) const;

  // Distance of the n-th contact nearest to the own id, its top 64 bits (17 significant ones).
  // REQUIRES: 0 < n <= size().
  [[nodiscard]] uint64_t DistanceOfNearest(size_t n) const;

  [[nodiscard]] size_t size() const { return entries_.size(); }

  [[nodiscard]] int buckets() const { return static_cast<int>(buckets_.size()); }

  [[nodiscard]] size_t SizeOf(int bucket) const;
  [[nodiscard]] size_t SuspectsOf(int bucket) const;

  [[nodiscard]] bool IsFull(int bucket) const { return SizeOf(bucket) == bucket_size_; }

  [[nodiscard]] bool AnyFull() const;

  [[nodiscard]] size_t bucket_size() const { return bucket_size_; }

  [[nodiscard]] const NodeId& self_id() const { return self_id_; }

  // A lookup went through the bucket since the last ClearLookedUp.
  void MarkLookedUp(int bucket);
  [[nodiscard]] bool LookedUp(int bucket) const;
  void ClearLookedUp();

  // The bucket's last eviction check: a coarse tick of the owner's choice, 0 for never.
  [[nodiscard]] uint8_t CheckTickOf(int bucket) const;
  void SetCheckTick(int bucket, uint8_t tick);

  // Bucket order, within a bucket as in invariant 2.
  [[nodiscard]] std::vector<PeerId> Contacts() const;

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const {
    return entries_.capacity() * sizeof(Entry) + buckets_.capacity() * sizeof(Bucket);
  }

 private:
  template <typename State>
  void Tell(State& state) const;

  // The handle in halves, so that an entry takes 6 bytes and not 8.
  struct Entry {
    uint16_t peer_high = 0;
    uint16_t peer_low = 0;
    uint16_t digit = 0;

    [[nodiscard]] PeerId peer() const { return {uint32_t{peer_high} << 16 | peer_low}; }
  };

  struct Bucket {
    uint8_t size = 0;
    uint8_t suspects = 0;
    uint8_t looked_up = 0;
    uint8_t check_tick = 0;
  };

  static_assert(sizeof(Entry) == 6 && sizeof(Bucket) == 4);
  static constexpr size_t kNone = static_cast<size_t>(-1);

  [[nodiscard]] static Entry MakeEntry(PeerId peer, const NodeId& id, int bucket);

  [[nodiscard]] bool Has(int bucket) const { return bucket < buckets(); }

  [[nodiscard]] Bucket& At(int bucket) { return buckets_[static_cast<size_t>(bucket)]; }

  [[nodiscard]] const Bucket& At(int bucket) const { return buckets_[static_cast<size_t>(bucket)]; }

  [[nodiscard]] size_t BeginOf(int bucket) const;
  [[nodiscard]] size_t PositionOf(PeerId peer, int bucket) const;
  void MoveToTail(size_t position, int bucket);
  void Append(const Entry& entry, int bucket);
  void RemoveAt(size_t position, int bucket);
  void AppendSorted(const Directory& directory, const Query& query, int bucket, size_t begin,
                    PeerList& out) const;

  NodeId self_id_;
  std::vector<Entry> entries_;
  std::vector<Bucket> buckets_;
  uint8_t bucket_size_;
};

}  // namespace core
