// CallDigest: what a report shows of a history of calls (docs/history_format.md): how calls ended, how long they took over the run,
// and the slowest.
//
// Memory: the open calls, and at most kPointsMax of the others, evenly spaced. Times are microseconds, as runs write them. Thread
// rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/status.h"
#include "sim/observe/histogram.h"

namespace sim {

class CallDigest {
 public:
  static constexpr size_t kPointsMax = 3000;
  static constexpr size_t kSlowMax = 25;

  // Errors: a line that is no line of a history, an end without its call.
  [[nodiscard]] core::Status Read(const std::string& path);
  [[nodiscard]] nlohmann::ordered_json ToJson() const;

 private:
  struct Call {
    uint64_t process = 0;
    std::string function;
    std::string key;
    int64_t at_us = 0;
    int64_t took_us = 0;
    std::string end;  // ok, fail, info.
  };

  struct Kind {
    uint64_t ends[3] = {};  // ok, fail, info.
    Histogram took;         // Of those that ended with ok.
  };

  core::Status Take(const std::string& path, const nlohmann::json& line, size_t number);
  void End(Call call);

  std::map<uint64_t, Call> open_;  // By process.
  std::map<std::string, Kind> kinds_;
  std::vector<Call> slow_;  // Slowest first.
  std::vector<Call> points_;
  uint64_t every_ = 1;  // So many calls stand behind a point.
  uint64_t ended_ = 0;
};

}  // namespace sim
