// Place: where a storage node stands in the rings, and what follows from it for a key.
//
// Ring R of a node are the keys that share the first R bits with its id: ring 0 is everything, each
// ring further out a half of the one before. A block's key is the hash of its id (cluster.h).
//
//   status   | answers for          | others may count on it for | takes writes for
//   joining  | nothing              | nothing                    | ring
//   active   | ring                 | ring                       | ring
//   moving   | from                 | the narrower of both       | the wider of both
//   leaving  | ring                 | nothing                    | ring
//
// So whoever moves fails towards what it held before, and two neighbours that shed the same half
// cannot count on each other. Source: protocol document, 1.2.1, 1.2.7.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/ids.h"
#include "core/codec/messages.h"

namespace core {

struct Place {
  RingStatus status = RingStatus::kJoining;
  uint8_t ring = 0;
  uint8_t from = 0;  // kMoving: where it comes from; otherwise ring.

  friend bool operator==(const Place&, const Place&) = default;
};

[[nodiscard]] constexpr Place PlaceOf(const RingInfo& info) {
  return {info.status, info.ring, info.from};
}

// The ring that it answers for, is counted on for, takes writes for; kRingNone: none.
[[nodiscard]] constexpr uint8_t AnsweredRing(const Place& place) {
  return place.status == RingStatus::kJoining ? limits::kRingNone : place.from;
}

[[nodiscard]] constexpr uint8_t SettledRing(const Place& place) {
  if (place.status == RingStatus::kActive) return place.ring;
  return place.status == RingStatus::kMoving ? std::max(place.ring, place.from) : limits::kRingNone;
}

[[nodiscard]] constexpr uint8_t TakenRing(const Place& place) {
  return std::min(place.ring, place.from);
}

// Whether the ring of the node with this id has the key.
[[nodiscard]] inline bool Covers(const NodeId& id, uint8_t ring, const Key256& key) {
  return ring != limits::kRingNone && CommonPrefix(id, key) >= ring;
}

// The keys that begin with the first `bits` bits of `prefix`.
struct KeyRange {
  Key256 prefix;
  uint8_t bits = 0;

  [[nodiscard]] bool Contains(const Key256& key) const { return CommonPrefix(prefix, key) >= bits; }

  [[nodiscard]] Key256 First() const;
  [[nodiscard]] Key256 Last() const;

  // How much of the range lies before the key, in millionths.
  [[nodiscard]] uint32_t ShareBefore(const Key256& key) const;

  friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

// The ring's keys; and its two halves, the one that stays when the node moves out and the other.
[[nodiscard]] KeyRange RangeOf(const NodeId& id, uint8_t ring);
// REQUIRES: ring < kRingMax.
[[nodiscard]] KeyRange ShedHalf(const NodeId& id, uint8_t ring);

}  // namespace core
