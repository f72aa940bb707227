// Timeline: one run that can be entered at any instant. Checkpoints are processes (explorer.h) that stand still; going to an instant
// forks the nearest one before it and runs that on, and leaves further checkpoints on the way.
//
// Checkpoints lie on a grid over the run and, closer and closer, before where one stands. There are never more than a bound, nor do
// all processes together take more than a bound of memory: what would be missed least is left out first, which is what has close
// neighbours and is far from here. The start of the run stays. All processes end with the object, or when its process is killed.
// Thread rule: one thread, in a process that has no other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"
#include <sys/types.h>

#include "sim/workflow/travel/channel.h"
#include "sim/workflow/travel/explorer.h"

namespace sim {

struct TimelineLimits {
  size_t checkpoints = 24;                // At least 2.
  size_t memory_bytes = size_t{2} << 30;  // Of all processes, what they share counted once.
};

class Timeline {
 public:
  // Errors: what the world refuses; no process could be made.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<Timeline>> Begin(
      const Expedition& expedition, const TimelineLimits& limits,
      const std::atomic<bool>* stop_flag);
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;
  ~Timeline();

  // To the window in which the instant lies.
  [[nodiscard]] core::Status MoveTo(WorldTime at);

  // Of a process that is forked from here and then given up.
  [[nodiscard]] core::StatusOr<nlohmann::json> Ask(const Request& request);
  // The last events up to request.until: from as far back as it takes.
  [[nodiscard]] core::StatusOr<nlohmann::json> AskBack(Request request);

  [[nodiscard]] WorldTime end() const { return expedition_.end; }

  [[nodiscard]] const std::shared_ptr<const Scenario>& scenario() const {
    return expedition_.scenario;
  }

  // "0s 4.800000s ... 3 checkpoints, 41 MiB".
  [[nodiscard]] std::string CheckpointsText() const;

  // Of all processes begun so far, for tests.
  [[nodiscard]] const std::vector<pid_t>& processes() const { return processes_; }

 private:
  struct Place {
    WorldTime at;
    Channel channel;
    pid_t process = 0;
  };

  Timeline(const Expedition& expedition, const TimelineLimits& limits,
           const std::atomic<bool>* stop_flag)
      : expedition_(expedition), limits_(limits), stop_flag_(stop_flag) {}

  [[nodiscard]] core::StatusOr<nlohmann::json> Converse(const Place& place, const Request& request);
  [[nodiscard]] core::StatusOr<nlohmann::json> Listen(const Place& place);
  [[nodiscard]] core::Status Welcome(Place& place);
  [[nodiscard]] core::StatusOr<Place> Fork(const Place& place);
  [[nodiscard]] core::Status LeaveCheckpoint();
  void Thin();
  [[nodiscard]] size_t LeastMissed() const;
  [[nodiscard]] size_t MemoryBytes() const;
  [[nodiscard]] WorldTime NextMark(WorldTime goal) const;
  // The last checkpoint at or before it.
  [[nodiscard]] size_t Before(WorldTime at) const;

  Expedition expedition_;
  TimelineLimits limits_;
  const std::atomic<bool>* stop_flag_;
  std::vector<Place> checkpoints_;  // Ascending; the first is the start of the run.
  Place here_;
  std::vector<pid_t> processes_;  // In the order of beginning.
};

}  // namespace sim
