// RingBook: what storage nodes have said of themselves, as far as it concerns this peer.
//
// Kept are the nodes whose rings have this peer's own id, the nearest kPerRing of each ring, and of the
// others the nearest kOuter: whoever shares keys with this peer is among the first. Invariants: (1)
// every statement carries its node's signature, and the latest one counts, whoever passed it on: a node
// can lie about itself only; (2) a statement older than info_keep says nothing; (3) memory is bounded by
// kPerRing per ring, kOuter and kDoubtsMax; (4) nobody is counted on who was caught not holding what it said
// (Doubt), for kDoubtTime, or who moves for longer than move_max. Such a node is asked and answered as before.
// Source: protocol document, 1.2.1 (neighbour references), 1.2.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/arachnode/place.h"
#include "core/arachnode/ring_moment.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"

namespace core {

class RingBook {
 public:
  static constexpr size_t kPerRing = 16;
  static constexpr size_t kOuter = 32;
  static constexpr size_t kDoubtsMax = 64;  // The oldest goes.
  static constexpr Duration kDoubtTime = Minutes(10);
  static constexpr uint8_t kLacksMax = 3;  // In a row: it holds less than it answers for.

  // News are kept; false: nothing new, or not genuine, or of no concern.
  bool Learn(const RingMoment& moment, const RingInfo& info);
  // Returns what counts: of each node that is not this one the latest genuine statement, of these and of those
  // kept.
  std::vector<RingInfo> LearnAll(const RingMoment& moment, std::span<const RingInfo> infos);
  // It is silent.
  void Forget(PeerId peer);
  void Expire(const RingMoment& moment);

  // It did not hold what it had said that it holds.
  void Doubt(Time now, PeerId peer);
  // It does not hold a block of its ring, and says so; or it does.
  void NoteLack(Time now, PeerId peer);
  void NoteHeld(PeerId peer);
  // Whether others may count on it, as far as it is known here.
  [[nodiscard]] bool IsCounted(PeerId peer) const;

  [[nodiscard]] const RingInfo* Find(PeerId peer) const;

  // Who answers for the key, or (settled) is counted on for it; widest ring first, then nearest to
  // the key.
  [[nodiscard]] std::vector<const RingInfo*> HoldersOf(const Key256& key,
                                                       bool settled = false) const;
  // Everybody, in the order in which they came.
  [[nodiscard]] std::vector<const RingInfo*> All() const;
  // The nodes of this ring next to the id on either side, within the ring's keys.
  [[nodiscard]] std::vector<PeerId> Beside(const NodeId& id, uint8_t ring) const;

  [[nodiscard]] size_t size() const { return entries_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const {
    return entries_.capacity() * sizeof(Entry) + doubts_.capacity() * sizeof(DoubtOf);
  }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Entry {
    NodeId id;
    RingInfo info;
    Time moves_since = Time::Never();  // By what was heard here.
    bool overdue = false;              // It moves for longer than move_max.
  };

  struct DoubtOf {
    PeerId peer;
    uint8_t lacks = 0;
    Time until;  // Then it is forgotten.
  };

  [[nodiscard]] DoubtOf& DoubtAbout(PeerId peer);

  // REQUIRES: genuine, and later than what is kept of its node.
  void Keep(const RingMoment& moment, const RingInfo& info);
  static void NoteMove(Time now, Entry& entry);
  // Drops the farthest of a group that has grown too large.
  void Trim(const NodeId& self, const Entry& added);

  std::vector<Entry> entries_;
  std::vector<DoubtOf> doubts_;
};

// A statement by this peer, signed.
void SignRingInfo(const RingMoment& moment, RingInfo& info);
// Its owner's signature, and neither too old nor of a clock that runs far ahead.
[[nodiscard]] bool IsGenuine(const RingMoment& moment, const RingInfo& info);

}  // namespace core
