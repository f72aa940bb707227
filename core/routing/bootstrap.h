// Bootstrap: how a peer joins, and how its table stays fresh afterwards.
//
//   phase      event                                       next, and what is done
//   new        Start, contacts known or nobody to ask      joined     Joined observed, no traffic
//   new        Start with seeds                            seeking    lookup of the own id
//   seeking    own lookup ended, somebody answered         filling    walk over the buckets
//   seeking    own lookup ended, nobody answered           waiting    until bootstrap_retry
//   waiting    deadline                                    seeking    lookup of the own id
//   waiting    somebody was heard                          waiting    (the retry will use it)
//   filling    last bucket lookup ended                    joined     Joined observed
//   joined     refresh deadline                            renewing   lookup of the own id
//   renewing   own lookup ended                            refreshing walk over the buckets
//   refreshing last bucket lookup ended                    joined     next deadline drawn
//
// A walk looks up one random id in each bucket from that of the k-th nearest contact (filling: from
// the one before the nearest contact's) down to 0, kWalkMax at a time. Filling skips buckets that
// are full already; refreshing skips buckets that saw a lookup since the last refresh deadline.
// There is one deadline for all buckets, drawn with jitter: the first within 1/2 to 3/2 of
// refresh_interval, later ones within 7/8 to 9/8, so that a million peers do not refresh at once.
// A table with fewer than 2k contacts after a refresh or a join (a network that is still forming)
// refreshes after bootstrap_retry, then after twice as long, and so on up to the interval.
// This class holds the phase and the deadline; Routing runs the lookups. 16 bytes.
// Source: protocol document, 1.0 (routing); Maymounkov and Mazieres, 2002, section 2.3.
#pragma once

#include <cstdint>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/config.h"
#include "core/routing/table.h"

namespace core {

class Bootstrap {
 public:
  enum class Phase : uint8_t {
    kNew,
    kSeeking,
    kWaiting,
    kFilling,
    kJoined,
    kRenewing,
    kRefreshing
  };

  static constexpr int kWalkMax = 3;

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] bool joining() const {
    return phase_ == Phase::kSeeking || phase_ == Phase::kWaiting || phase_ == Phase::kFilling;
  }

  // Never, while lookups run or before Start.
  [[nodiscard]] Time NextDeadline() const { return deadline_; }

  void StartJoined(Time now, const RoutingConfig& config, Random& random);
  void StartSeeking();

  // The own lookup ended.
  void OnSelfLookup(Time now, bool answered, const Table& table, const RoutingConfig& config,
                    Random& random);

  // Returns true when the deadline has come: a lookup of the own id is due.
  bool OnDeadline(Time now);

  // The next bucket of the walk to look up, counted as running from now on; -1 when there is none
  // at the moment.
  int NextBucket(const Table& table);
  void OnBucketLookup();

  // The walk is over, all its lookups ended. REQUIRES: phase is filling or refreshing.
  [[nodiscard]] bool WalkEnded() const { return bucket_ < 0 && running_ == 0; }

  void EndWalk(Time now, const Table& table, const RoutingConfig& config, Random& random);

  // A random id of the bucket: bucket_ leading bits of the own id, the next one flipped.
  [[nodiscard]] static Key256 RandomIn(int bucket, const NodeId& self_id, Random& random);

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  Time deadline_ = Time::Never();
  Phase phase_ = Phase::kNew;
  uint8_t early_refreshes_ = 0;
  int8_t running_ = 0;   // Bucket lookups of the walk in flight.
  int16_t bucket_ = -1;  // Next bucket of the walk.
};

}  // namespace core
