// Placement: whether a node should change its ring, from what it has measured.
//
// The capacity is sampled every monitor_interval; a move only `dwell` after the last one has settled, one ring each.
// Whether to move is asked less and less often while the answer is to stay, down to once per dwell, and often again
// when the node becomes full or gets room: counting holders is most of the traffic of rings at rest.
//
//   overlap signal (ours)                                               | move
//   used above out_percent, and the half to shed has its floor without me | out
//   the half to shed has overlap_high holders and more, me among them,    | out
//   most of the others no further in than me                              |
//   used below in_percent, and the half to gain has under overlap_low    | in
//   used above out_percent, and the floor forbids                        | none: storage pressure
//
// Free-share signal (the reference implementation's): towards the depth log2(all free / own free), where
// "all" is the estimated number of nodes times the mean that is known; floor and overlap say nothing.
//
// The second line is ours: without it nodes with room never leave an inner ring, and a young network
// holds every block everywhere. Those furthest in go first: a node that has moved out sees one holder more
// than those that it left behind, and would go on alone to the outermost ring. overlap_high is at least twice overlap_low, so that a ring all of which
// sheds a half at once still has overlap_low. Source: protocol document, 1.2.6, 1.2.8;
// docs/decisions/0019-rings-as-built.md.
#pragma once

#include <cstdint>
#include <optional>

#include "core/arachnode/place.h"
#include "core/base/state.h"
#include "core/port/config.h"

namespace core {

// Of the keys of one half: the fewest and the mean of their holders, this node not counted.
struct Overlap {
  uint32_t keys = 0;
  uint32_t least = 0;
  uint32_t sum = 0;
  uint32_t inner = 0;  // Of sum: further in than this node.

  void Add(uint32_t holders, uint32_t inner_holders);

  [[nodiscard]] bool IsMostlyInner() const { return inner * 2 > sum; }

  // sum / keys against `holders`.
  [[nodiscard]] bool IsBelow(uint32_t holders) const { return sum < holders * keys; }
};

// What a node would shed by moving out, and what it would gain by moving in.
struct Halves {
  Overlap shed;
  Overlap gained;
};

enum class RingMove : uint8_t { kStay, kOut, kIn };

// What the free-share signal goes by.
struct FreeShare {
  uint64_t own_free = 0;
  uint64_t mean_free = 0;
  uint64_t peers = 1;
};

// The depth that the free share asks for, in thousandths of a ring; 0 to kRingMax rings.
[[nodiscard]] uint32_t FreeShareDepth(const FreeShare& share);

class Placement {
 public:
  // A sample of the capacity used. All of it is, when a block did not fit since the last sample.
  void Sample(const ArachnodeConfig& config, uint64_t used, uint64_t capacity);

  // A move has settled, or was given up.
  void Settle(Time now);
  // Looked, and stays.
  void Stay(const ArachnodeConfig& config, Time now);

  // Whether it is time to look.
  [[nodiscard]] bool MayMove(const ArachnodeConfig& config, Time now) const {
    return sampled_ && now >= settled_at_ + config.dwell && now >= look_at_;
  }

  [[nodiscard]] RingMove Decide(const ArachnodeConfig& config, uint8_t ring,
                                const Halves& halves) const;
  [[nodiscard]] RingMove Decide(const ArachnodeConfig& config, uint8_t ring,
                                const FreeShare& share) const;

  // Too full for its ring.
  [[nodiscard]] bool IsFull(const ArachnodeConfig& config) const {
    return used_ppm_ > uint32_t(config.out_percent) * 10'000;
  }

  [[nodiscard]] bool HasRoom(const ArachnodeConfig& config) const {
    return used_ppm_ < uint32_t(config.in_percent) * 10'000;
  }

  [[nodiscard]] uint32_t used_ppm() const { return used_ppm_; }

  template <typename State>
  void Tell(State& state) const {
    state.Add("used ppm", used_ppm_);
    state.Add("sampled", sampled_);
    state.Add("settled", settled_at_);
    state.Add("looks", look_at_);
    state.Add("looks after", look_wait_);
  }

 private:
  uint32_t used_ppm_ = 0;  // Smoothed.
  bool sampled_ = false;
  Time settled_at_;
  Time look_at_;
  Duration look_wait_;  // Doubles with each look that changes nothing.
};

}  // namespace core
