// What traffic means: counters of a minute, the median of several holders' statements, and the
// stay-or-move test, all in integers.
//
// Millionths (micro) are the fixed point. Source: protocol document, 1.1.1 (window of 60 s), 1.1.4
// (test) and 1.1.10 (exact sum of `want`, comparison of the replicas).
#pragma once

#include <cstdint>
#include <span>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"

namespace core {

// Events per minute over a sliding window, in twelve bytes: the running minute, and the share of
// the minute before that still lies in the window.
class MinuteCounter {
 public:
  void Add(Time now);
  [[nodiscard]] uint32_t PerMinute(Time now) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  uint32_t minute_ = 0;
  uint32_t current_ = 0;
  uint32_t previous_ = 0;
};

// One holder's statement about a key.
struct Statement {
  Traffic traffic;
  bool truncated = false;
};

// Field by field the lower median, so that one liar among three decides nothing. An empty span
// gives zeros.
[[nodiscard]] Traffic MedianOf(std::span<Statement> statements);

struct StayQuestion {
  Traffic traffic;
  Ratio accept_ratio{1, 1};  // Share of offers that were accepted so far.
  Duration patience_left;
  uint32_t want = 0;
  uint32_t have = 0;
};

struct StayAnswer {
  uint64_t expected_micro = 0;    // Partners that will turn up within the patience.
  uint64_t contention_micro = 0;  // Demand over supply, 1.0 to 4.0.
  uint64_t threshold_micro = 0;   // want * contention.
  bool stay = false;              // have + expected >= threshold.
};

// Where holders report the exact sum of wants, contention is that sum over the supply; otherwise
// the estimate from the query rate, which misfires from 2.5 seekers per provider on.
[[nodiscard]] StayAnswer StayOrMove(const StayQuestion& question);

// Bits to narrow by at a crowded key: ceil(log2(count / 32)), at least 1.
[[nodiscard]] int NarrowingBits(uint32_t count);

// The share of a crowd that narrows by one bit so that `room` remain. Positions are kept, so half
// of those who narrow stay at the key: twice the excess, at most everybody.
[[nodiscard]] Ratio NarrowingShare(uint32_t count, uint32_t room);

}  // namespace core
