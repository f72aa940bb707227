// ChangedBlocks: the blocks in the rings whose holders may be others than when they were last looked at.
//
// A block that is taken or given up is one of them; when a node moves, stops or starts, all are, and stay it for
// `linger` after a stop, for those who count a stopped node for a while. A quiet network of a million
// blocks costs nothing to watch. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/observe/ring_view.h"

namespace sim {

class ChangedBlocks {
 public:
  explicit ChangedBlocks(core::Duration linger) : linger_(linger) {}

  void Note(const Fact& fact) {
    if (const auto* held = std::get_if<core::BlockHeld>(&fact.what)) {
      keys_.push_back(held->key);
    } else if (const auto* released = std::get_if<core::BlockReleased>(&fact.what)) {
      keys_.push_back(released->key);
    } else if (std::holds_alternative<core::RingChanged>(fact.what)) {
      all_ = true;
    }
  }

  void Note(const WorldFact& fact) {
    using Kind = WorldFact::Kind;
    const bool stopped = fact.kind == Kind::kStopped;
    if (stopped) all_until_ = std::max(all_until_, fact.at + linger_);
    all_ = all_ || stopped || fact.kind == Kind::kStarted || fact.kind == Kind::kForgot;
  }

  // visit(key, holdings), each block once.
  template <typename Visitor>
  void Visit(const RingView& view, WorldTime now, Visitor&& visit) {
    if (all_) {
      view.ForEachBlock(visit);
    } else {
      std::sort(keys_.begin(), keys_.end());
      keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
      for (const core::Key256& key : keys_) {
        const std::vector<RingHolding>* holdings = view.HoldingsOf(key);
        if (holdings != nullptr) visit(key, *holdings);
      }
    }
    keys_.clear();
    all_ = now < all_until_;
  }

 private:
  core::Duration linger_;
  bool all_ = false;
  WorldTime all_until_;
  std::vector<core::Key256> keys_;
};

}  // namespace sim
