// EvictionCheck: ping before evict. A full bucket keeps its oldest contact while that one answers.
//
//   event                                       outcome
//   stranger heard, bucket full, no check open  Ping to the oldest; the stranger waits
//   stranger heard, check open                  it waits too, at most replacements_max of them
//   oldest heard (Pong or anything else)        check closed, the waiting are dropped
//   response_timeout, or link to oldest down    oldest replaced by the last that began to wait
//
// At most one check per bucket at a time, and one per bucket in kPeriodsPerCheck response timeouts
// (a flood of strangers costs a victim no more pings than that). Owner: Routing; lives while the
// ping is open. Source: protocol document, 1.0 (ping-before-evict).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/fixed_list.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/config.h"

namespace core {

class EvictionCheck {
 public:
  static constexpr size_t kWaitingMax = 4;
  static constexpr int kPeriodsPerCheck = 4;

  EvictionCheck(int bucket, PeerId oldest, Time now)
      : bucket_(bucket), oldest_(oldest), sent_(now) {}

  // The coarse tick (1..255) that limits how often a bucket is checked.
  [[nodiscard]] static uint8_t TickOf(Time now, const RoutingConfig& config) {
    const int64_t period = std::max<int64_t>(1, config.response_timeout.us * kPeriodsPerCheck);
    return static_cast<uint8_t>(static_cast<uint64_t>(now.us / period) % 255 + 1);
  }

  // Remembers a stranger while there is room.
  void Await(PeerId stranger, const RoutingConfig& config) {
    const auto room =
        static_cast<size_t>(std::clamp(config.replacements_max, 1, static_cast<int>(kWaitingMax)));
    if (waiting_.size() >= room) return;
    if (std::find(waiting_.begin(), waiting_.end(), stranger) != waiting_.end()) return;
    waiting_.push_back(stranger);
  }

  [[nodiscard]] PeerId replacement() const { return waiting_[waiting_.size() - 1]; }

  [[nodiscard]] int bucket() const { return bucket_; }

  [[nodiscard]] PeerId oldest() const { return oldest_; }

  [[nodiscard]] Time deadline(const RoutingConfig& config) const {
    return sent_ + config.response_timeout;
  }

  void CollectPeers(PeerSet& peers) const {
    peers.Add(oldest_);
    peers.AddAll(waiting_);
  }

  void Digest(Hasher& hasher) const {
    HashedState state(hasher);
    Tell(state);
  }

  void Describe(StateListener& listener) const {
    ShownState state(listener);
    Tell(state);
  }

 private:
  template <typename State>
  void Tell(State& state) const {
    state.Add("bucket", bucket_);
    state.Add("oldest", oldest_);
    state.Add("sent", sent_);
    state.Hash(waiting_.size());
    state.Add("waiting", waiting_);
  }

  int bucket_;
  PeerId oldest_;
  Time sent_;
  FixedList<PeerId, kWaitingMax> waiting_;
};

}  // namespace core
