// FactMetrics: turns facts into metrics. The only place that says which observation feeds which
// number.
//
// Invariant: reads facts and the world, writes Metrics, decides nothing. Thread rule: one thread.
#pragma once

#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"
#include "sim/observe/user_fact.h"

namespace sim {

class FactMetrics : public Observer {
 public:
  // REQUIRES: metrics outlives this.
  explicit FactMetrics(Metrics* metrics) : metrics_(*metrics) {}

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnTraffic(const WorldView& world, const TrafficCounters& since) override;
  // Closes a row of the timeline.
  void OnCheckpoint(const WorldView& world) override;

 private:
  // One action is begun in each of its collections.
  struct UserAction {
    core::PeerId user;
    core::BlockId collection;
    core::ActionId action;

    friend bool operator==(const UserAction&, const UserAction&) = default;
  };

  struct UserActionHash {
    uint64_t operator()(const UserAction& of) const {
      return core::Mix64(BlockKeyHash::Of(of.collection), core::HashBytes(of.action.bytes)) ^
             of.user.value;
    }
  };

  void OnMatchFinished(const core::MatchFinished& match);
  void OnCallFinished(const core::CallFinished& call);
  void OnFetchEnded(const core::FetchEnded& fetch);
  void OnLookup(const core::LookupDone& lookup);
  void OnVote(const Fact& fact, const core::VoteCast& vote);
  void OnServed(const core::ValueServed& served);
  void OnActionEnded(const UserFact& fact, const ActionEnded& ended);
  void OnJoined(const Fact& fact, const core::Joined& joined);

  Metrics& metrics_;
  std::vector<WorldTime> started_;  // By peer.
  std::vector<bool> up_;            // By peer.
  int64_t up_count_ = 0;
  core::FlatTable<UserAction, WorldTime, UserActionHash> begun_;  // Actions that have not ended.
};

}  // namespace sim
