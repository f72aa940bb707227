// Session: one scenario assembled with everything that watches it, run, judged and written down. The commands run, replay and
// determinism are different uses of it.
//
// Owns the watch and the world; shares the scenario, which nobody changes. Thread rule: one thread (the engine has its own).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/capsule.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/expectations.h"
#include "sim/observe/summary.h"
#include "sim/observe/watch.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace sim {

struct SessionOptions {
  int threads = 0;  // 0: one per processor.
  int shards = 0;
  WorldTime until = WorldTime::Never();
  const std::atomic<bool>* stop_flag = nullptr;
  std::function<void(World&)> opened = {};  // Told of the world before it runs.
};

// Bytes per peer as the allocator counts them, against what it held before the world was made.
struct MemoryReport {
  size_t idle = 0;  // After the first simulated second.
  size_t end = 0;
};

class Session {
 public:
  // Draws the scenario's swarm.
  Session(Scenario scenario, const SessionOptions& options);
  // REQUIRES: the swarm is drawn (sim/network/swarm.h).
  Session(std::shared_ptr<const Scenario> scenario, const SessionOptions& options);

  static constexpr core::Duration kStep = core::Milliseconds(100);

  // Further observers, before Run.
  ObserverSet& observers() { return watch_.observers(); }

  // Builds the world, runs it and judges; `after_step` is called every kStep. Errors: what the network refuses, a livelock.
  core::Status Run(const std::function<void()>& after_step = [] {});

  // The same in steps: Open, RunTo or RunWhile with growing times, Close.
  core::Status Open();

  core::StatusOr<RunState> RunTo(WorldTime time);

  // On to `end`, as long as `goes_on` says so; it is asked every kStep.
  core::StatusOr<RunState> RunWhile(WorldTime end, const std::function<bool()>& goes_on);

  // Tells the observers that the run is over, at `ended`, and judges it.
  void Close(WorldTime ended);

  [[nodiscard]] const Scenario& scenario() const { return *scenario_; }

  [[nodiscard]] const World& world() const { return *world_; }

  // For those who step through it.
  [[nodiscard]] World& world() { return *world_; }

  [[nodiscard]] const Outcome& outcome() const { return outcome_; }

  [[nodiscard]] const RunResult& result() const { return result_; }

  [[nodiscard]] const Metrics& metrics() const { return watch_.metrics(); }

  [[nodiscard]] const std::vector<const Checker*>& checkers() const { return watch_.checkers(); }

  // Null when none has this id.
  [[nodiscard]] const Checker* FindChecker(std::string_view id) const {
    return sim::FindChecker(watch_.checkers(), id);
  }

  // Where the run ends: the scenario's end, or what the options say.
  [[nodiscard]] WorldTime end() const {
    return std::min(options_.until, WorldTime{scenario_->duration.us});
  }

  // Up to here it has run.
  [[nodiscard]] WorldTime reached() const { return reached_; }

  // What the clients called and were told.
  [[nodiscard]] const ClientHistory& history() const { return watch_.history(); }

  [[nodiscard]] const MemoryReport& memory() const { return memory_; }

  [[nodiscard]] int threads() const { return options_.threads; }

  [[nodiscard]] RunReport report() const {
    return {*scenario_, result_, outcome_, watch_.checkers(), watch_.metrics()};
  }

  // What a replay needs. REQUIRES: Run is over.
  [[nodiscard]] Capsule MakeCapsule() const;

 private:
  [[nodiscard]] size_t BytesPerPeer() const;

  std::shared_ptr<const Scenario> scenario_;
  SessionOptions options_;
  Watch watch_;
  size_t allocated_before_ = 0;
  MemoryReport memory_;
  std::unique_ptr<World> world_;
  WorldTime reached_{0};
  Outcome outcome_;
  RunResult result_;
};

// Runs an open session on until the check is violated or the run is over, which closes it. False: it is not violated, `is_over`
// said so first, or the run broke down.
[[nodiscard]] bool RunUntilViolated(Session& session, const Checker& checker,
                                    const std::function<bool()>& is_over);

// 0: one per processor.
[[nodiscard]] int ThreadsOrAll(int threads);

// "90s" as what the option is given. Errors say what was found and what is allowed.
[[nodiscard]] core::StatusOr<core::Duration> ParseDuration(const std::string& option,
                                                           const std::string& text);
// The same for --until, as an instant. Empty: Never.
[[nodiscard]] core::StatusOr<WorldTime> ParseUntil(const std::string& text);

}  // namespace sim
