// FactMetrics: turns facts into metrics. The only place that says which observation feeds which
// number.
//
// Invariant: reads facts and the world, writes Metrics, decides nothing. Thread rule: one thread.
#pragma once

#include <vector>

#include "sim/observe/metrics.h"
#include "sim/observe/observer.h"

namespace sim {

class FactMetrics : public Observer {
 public:
  // REQUIRES: metrics outlives this.
  explicit FactMetrics(Metrics* metrics) : metrics_(*metrics) {}

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnTraffic(const WorldView& world, const TrafficCounters& since) override;
  // Closes a row of the timeline.
  void OnCheckpoint(const WorldView& world) override;

 private:
  void OnMatchFinished(const core::MatchFinished& match);
  void OnCallFinished(const core::CallFinished& call);
  void OnLookup(const core::LookupDone& lookup);
  void OnVote(const Fact& fact);
  void OnJoined(const Fact& fact, const core::Joined& joined);

  Metrics& metrics_;
  std::vector<WorldTime> started_;  // By peer.
  std::vector<bool> up_;            // By peer.
  int64_t up_count_ = 0;
};

}  // namespace sim
