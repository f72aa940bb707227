// PeerBook: the addresses that this node knows, in two tables of buckets.
//
//   table   buckets x slots   holds                                 bucket chosen by
//   new     256 x 64          heard of, or waits for a contest      groups of source and address: one bucket
//                                                                   per pair, at most 32 per source group
//   tried   64 x 64           authenticated by this node itself     group of the address:
//                                                                   at most 4 buckets per address group
//
//   entry   event                                    becomes
//   -       Hear, slot free or its owner bad         new
//   -       Hear, slot taken                         -       (the older one stays)
//   new     Verified, tried slot free or owner bad   tried   (a bad owner goes back to new)
//   new     Verified, tried slot taken               new, verified; the owner is to be tested (Contest)
//   tried   Failed while in a contest                new     the contender becomes tried
//   tried   Verified while in a contest              tried   the contest is over
//   any     Failed, now bad and in new               -
//   tried   another address of its id is verified    new
//
// A slot is chosen by SipHash under a key that only this book knows, so nobody can aim at one.
// Invariants: (1) at most kNewSlots + kTriedSlots entries, one per address and slot; (2) in tried at
// most one entry per node id; (3) whatever is heard, a source group holds at most kNewBucketsPerSource
// of the 256 new buckets (12.5 %) and an address group at most kTriedBucketsPerGroup of the 64 tried
// ones (6.25 %); (4) hearing never displaces an entry that is not bad; (5) `verified` is set by
// Verified only, and only verified entries that were up within kAdvertisedFor are sampled.
// Bad: never verified and failed kFailuresNew times; failed kFailuresTried times and not up for a week;
// not heard of for 30 days. Thread rule: one thread.
// Source: protocols_of_the_other_seeds.md, 3.5 (Tendermint's numbers, 3 h) and 3.7 (eclipse); positions,
// contests and "bad" after Bitcoin's address table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "node/discovery/address.h"
#include "node/discovery/backoff.h"

namespace node {

// Chooses the buckets of one book. Secret: who knows it can aim. Wiped at its end.
struct BucketKey {
  std::array<uint8_t, 16> bytes{};

  ~BucketKey();
};

// SipHash-2-4 of the bytes under the key.
[[nodiscard]] uint64_t KeyedHash(const BucketKey& key, std::span<const uint8_t> bytes);

struct KnownPeer {
  IpEndpoint endpoint;
  core::NodeId id;  // Authenticated when `verified`, else the source's claim; zeros: none.
  IpGroup source;   // Of who told first.
  bool verified = false;
  bool tried = false;
  uint32_t failures = 0;   // In a row.
  core::Time seen;         // Last time that it was said to be up, or was.
  core::Time verified_at;  // Last time that it was up for us. Valid when `verified`.
  core::Time retry_at;     // Not to be dialled before.
};

class PeerBook {
 public:
  static constexpr uint32_t kNewBuckets = 256;
  static constexpr uint32_t kTriedBuckets = 64;
  static constexpr uint32_t kBucketSlots = 64;
  static constexpr uint32_t kNewBucketsPerSource = 32;
  static constexpr uint32_t kTriedBucketsPerGroup = 4;
  static constexpr uint32_t kNewSlots = kNewBuckets * kBucketSlots;
  static constexpr uint32_t kTriedSlots = kTriedBuckets * kBucketSlots;
  static constexpr uint32_t kFailuresNew = 3;
  static constexpr uint32_t kFailuresTried = 10;
  static constexpr size_t kContestsMax = 10;
  static constexpr core::Duration kAgeMax = core::Minutes(60) * 24 * 30;
  static constexpr core::Duration kAdvertisedFor = core::Minutes(60) * 3;

  // How an entry got its id and its place; what Hear and Restore are given.
  struct Report {
    IpEndpoint endpoint;
    core::NodeId id;  // Zeros: not said.
    IpGroup source;
    core::Time seen;  // Later than now counts as now.
  };

  using Filter = std::function<bool(const KnownPeer&)>;

  explicit PeerBook(const BucketKey& key);

  // True when the address is new to the book and was given a slot.
  bool Hear(const Report& report, core::Time now);

  // An authenticated connection to the address shows that it is `id`'s.
  void Verified(const IpEndpoint& endpoint, const core::NodeId& id, core::Time now);
  // The connection still stands.
  void Alive(const IpEndpoint& endpoint, core::Time now);
  void Failed(const IpEndpoint& endpoint, core::Time now, core::Random& random);
  // Up, but without room for us: no failure, only later.
  void Postpone(const IpEndpoint& endpoint, core::Time until);
  void Erase(const IpEndpoint& endpoint);

  // A random entry that passes the filter and is due: of tried with a chance of 70 %, of new with 30 %,
  // of the other when one has none. Buckets are drawn before slots, so a full bucket weighs no more
  // than a thin one. nullptr: none. The pointer is valid until the next change.
  [[nodiscard]] const KnownPeer* Select(core::Time now, core::Random& random,
                                        const Filter& filter) const;
  [[nodiscard]] const KnownPeer* SelectNew(core::Time now, core::Random& random,
                                           const Filter& filter) const;

  // The owner of a tried slot that somebody contends for, to be dialled.
  [[nodiscard]] std::optional<IpEndpoint> NextContest() const;

  // All that may be told to a peer at `witness`, in no useful order.
  [[nodiscard]] std::vector<KnownPeer> Advertised(const IpAddress& witness, core::Time now) const;

  [[nodiscard]] const KnownPeer* Find(const IpEndpoint& endpoint) const;

  [[nodiscard]] size_t size() const { return places_.size(); }

  [[nodiscard]] size_t tried() const { return tried_ids_.size(); }

  [[nodiscard]] const BucketKey& key() const { return key_; }

  // New table first, in the order of slots.
  [[nodiscard]] std::vector<KnownPeer> All() const;

  // Puts back what All gave. False, without a change, when its slot is taken or the entry breaks an
  // invariant: such a list was not made by All.
  [[nodiscard]] bool Restore(const KnownPeer& peer);

  [[nodiscard]] uint32_t NewSlotOf(const IpEndpoint& endpoint, const IpGroup& source) const;
  [[nodiscard]] uint32_t TriedSlotOf(const IpEndpoint& endpoint) const;

 private:
  static constexpr uint32_t kNone = 0xffffffffu;

  // Slots hold indices into entries_, which has no holes.
  struct Table {
    explicit Table(uint32_t buckets)
        : slots(size_t{buckets} * kBucketSlots, kNone), counts(buckets, 0) {}

    std::vector<uint32_t> slots;
    std::vector<uint32_t> counts;  // Entries of each bucket.
  };

  struct Contest {
    IpEndpoint contender;
    IpEndpoint owner;
  };

  [[nodiscard]] static bool IsBad(const KnownPeer& peer, core::Time now);
  [[nodiscard]] KnownPeer* FindMutable(const IpEndpoint& endpoint);
  [[nodiscard]] uint32_t SlotOf(const KnownPeer& peer) const;

  [[nodiscard]] Table& TableOf(const KnownPeer& peer) { return peer.tried ? tried_ : new_; }

  // Makes the slot of a new entry free if it may; false: it is taken.
  bool ClearNewSlot(uint32_t slot, core::Time now);
  void Insert(const KnownPeer& peer);
  void Promote(const IpEndpoint& endpoint, core::Time now);
  // Out of tried: into its new slot, or away when that is taken.
  void Demote(const IpEndpoint& endpoint, core::Time now);
  void EndContests(const IpEndpoint& endpoint);

  // Random picks from a table; when none passes, the first that does from a random place on.
  [[nodiscard]] const KnownPeer* Pick(const Table& table, core::Random& random,
                                      const Filter& filter) const;
  [[nodiscard]] const KnownPeer* PickSlot(const Table& table, core::Random& random) const;

  BucketKey key_;
  std::vector<KnownPeer> entries_;
  std::map<IpEndpoint, uint32_t> places_;
  std::map<core::NodeId, IpEndpoint> tried_ids_;
  Table new_{kNewBuckets};
  Table tried_{kTriedBuckets};
  std::vector<Contest> contests_;
};

}  // namespace node
