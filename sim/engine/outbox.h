// Outbox: how a peer's step reaches the future. Bound to one peer and one lane for the length of a
// call; never kept.
//
// Rules (architecture.md, section 5): (2) from is the peer, sequence its next, so that the order is
// total; (3) what goes to another peer takes at least the lookahead, checked here; (4) what goes to
// itself may fall inside the open window. What lies at or after the end of the run is dropped.
#pragma once

#include <cstdint>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "sim/engine/batch.h"
#include "sim/engine/inline.h"
#include "sim/engine/lane.h"
#include "sim/engine/peer_line.h"

namespace sim {

class Outbox {
 public:
  Outbox(Lane* lane, PeerLine* line, core::PeerId peer, uint64_t seed)
      : lane_(lane), line_(line), peer_(peer), seed_(seed) {}

  [[nodiscard]] core::PeerId peer() const { return peer_; }

  // What the next Post will carry: counter-based draws about a message hang on it.
  [[nodiscard]] uint32_t sequence() const { return line_->sequence; }

  // For a message that was drawn for but never posted: the next one has draws of its own.
  void SkipSequence() { ++line_->sequence; }

  // REQUIRES: at >= now + lookahead; at >= now if to is the peer itself.
  ORB_ALWAYS_INLINE void Post(WorldTime at, core::PeerId to, uint32_t payload) {
    const uint32_t sequence = line_->sequence++;
    CHECK(sequence != kWakeSequence);
    if (to == peer_) [[unlikely]]
      return PostToSelf(at.us, sequence, payload);
    CHECK(to.value < lane_->shards().peers());
    CHECK(at.us >= now_ + lane_->grid().length());
    lane_->windows().Add(at.us, to, peer_, sequence, payload);
  }

  // Sets the peer's one wake-up; Never disarms it. REQUIRES: at >= now.
  void Arm(WorldTime at) {
    CHECK(at.us >= now_);
    const int64_t when = at.us < lane_->grid().end() ? at.us : PeerLine::kNever;
    if (line_->Arm(when)) QueueWake(when);
  }

  // The armed wake-up, Never if none.
  [[nodiscard]] WorldTime Armed() const {
    return line_->armed() == PeerLine::kNever ? WorldTime::Never() : WorldTime{line_->armed()};
  }

 private:
  template <typename Application>
  friend class Engine;

  ORB_NO_INLINE void PostToSelf(int64_t at, uint32_t sequence, uint32_t payload) {
    CHECK(at >= now_);
    if (at >= lane_->end()) return lane_->windows().Add(at, peer_, peer_, sequence, payload);
    lane_->local().Push({at,
                         TieOf(seed_, peer_, sequence),
                         {static_cast<uint32_t>(at), peer_, peer_, sequence, payload}});
  }

  void QueueWake(int64_t at) { PostToSelf(at, kWakeSequence, 0); }

  Lane* lane_;
  PeerLine* line_;
  core::PeerId peer_;
  uint64_t seed_;
  int64_t now_ = -1;
  uint32_t repeats_ = 0;  // Events so far at now_, after the first.
  bool stuck_ = false;
};

}  // namespace sim
