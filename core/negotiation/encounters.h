// Encounters: whom a voter has met at its topics, how far each one is, and when it may be greeted again.
//
//   delay        half a measured round trip; before there is one, the smallest one-way estimate: receive time minus the time
//                in the message, by adjusted clocks (a false time is caught by the round trip of the first exchange, N6)
//   preference   a more specific token is worth up to specific_bonus, shared out over the digits of the first topic
//   resting      rejected or silent: not greeted before rest_until, then again as soon as nobody nearer is left
//
// Memory: kMax, the one heard of longest ago goes first. Source: seed, "Pair finding"; protocol document, 1.6.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/negotiation_messages.h"

namespace core {

struct Encounter {
  NegotiationStage stage = NegotiationStage::kFree;
  uint8_t depth = 0;        // Of the most specific topic that it was met at.
  uint8_t silences = 0;     // In a row.
  Duration estimate;        // One way, not below zero.
  Duration round_trip{-1};  // Below zero: never measured.
  Time heard;
  Time rest_until{INT64_MIN};

  [[nodiscard]] Duration delay() const {
    return round_trip < Duration{0} ? estimate : round_trip / 2;
  }
};

class Encounters {
 public:
  static constexpr size_t kMax = 256;

  struct Met {
    PeerId peer;
    NegotiationStage stage = NegotiationStage::kFree;
    uint8_t depth = 0;
    Duration estimate;
  };

  void Note(Time now, const Met& met);
  void NoteRoundTrip(PeerId peer, Duration round_trip);
  void Rest(PeerId peer, Time until);
  // Silent: rests twice as long each time.
  void NoteSilence(PeerId peer, Time now, Duration rest);

  // It is no good, or has gone; it may be met anew.
  void Forget(PeerId peer) { table_.Erase(peer); }

  [[nodiscard]] const Encounter* Find(PeerId peer) const { return table_.Find(peer); }

  [[nodiscard]] size_t size() const { return table_.size(); }

  // In the order in which they were met.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    table_.ForEach(visit);
  }

  // The delay by which encounters are compared, in a vote that began at `depth` digits.
  [[nodiscard]] static Duration Distance(const Encounter& met, uint8_t depth, Duration bonus);

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return table_.HeapBytes(); }

 private:
  template <typename State>
  void Tell(State& state) const;

  FlatTable<PeerId, Encounter> table_;
};

}  // namespace core
