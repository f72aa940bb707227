// Candidates: the partners that a matcher has found, and what became of each.
//
//   new -> offered -> partner
//              |----> resting (busy: asked again later, a few times) -> offered
//              |----> gone    (declined, silent, link down: a newer record brings it back)
//   any -> partner, when it offers itself: no silence and no refusal says more than that
//
// Order of choice: not in doubt before in doubt, then lowest measured round trip (known for holders
// that answered), then a mix of the two node ids. The mix is symmetric, so that two matchers that
// seek each other prefer each other alike, and differs per pair, so that seekers do not all pick
// the same partner. Invariant: size() <= 4 * live_max. Source: protocol document, 1.1.1 (found),
// 1.1.4 steps 3 and 4, 1.1.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/moment.h"

namespace core {

enum class CandidateState : uint8_t { kNew = 1, kOffered, kPartner, kResting, kGone };

struct Candidate {
  CandidateState state = CandidateState::kNew;
  uint8_t offers = 0;  // Made so far.
  uint64_t sequence = 0;
  uint64_t preference = 0;  // Lower is better, among equals in round trip.
  Duration round_trip{-1};  // Below zero: unknown.
  Time expires;             // Of the record.
  Time rest_until;
};

class Candidates {
 public:
  explicit Candidates(size_t live_max) : live_max_(live_max) {}

  // True when a record of this owner and sequence would bring news.
  [[nodiscard]] bool IsNews(const Record& record) const;
  [[nodiscard]] bool HasRoom() const;
  // REQUIRES: IsNews(record) and HasRoom(); every test was passed.
  void Add(const Moment& moment, const Record& record);
  void NoteRoundTrip(PeerId peer, Duration round_trip);

  // The best one that can be offered to now.
  [[nodiscard]] std::optional<PeerId> Best(const Moment& moment) const;
  // How many Best would return, one after the other.
  [[nodiscard]] uint32_t CountUsable(Time now) const;

  void MarkOffered(PeerId peer);
  void MarkPartner(PeerId peer);
  // Busy: rests until then; gone after kOffersMax offers.
  void MarkBusy(PeerId peer, Time rest_until);
  void MarkGone(PeerId peer);

  [[nodiscard]] const Candidate* Find(PeerId peer) const { return table_.Find(peer); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return table_.HeapBytes(); }

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr uint8_t kOffersMax = 4;

  size_t live_max_;
  size_t live_ = 0;  // Not gone.
  FlatTable<PeerId, Candidate> table_;
};

}  // namespace core
