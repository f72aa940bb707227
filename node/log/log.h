// Log: structured records of one node, passed by reference to whoever has something to say. There is
// no global one.
//
//   log.Info("peer connected", {{"peer", id}, {"address", ToText(endpoint)}});
//   log.Write(refused_site_, "handshake refused", {{"reason", status}});   // A peer can cause this.
//
// Invariants: (1) a record is one line (record_format.h); (2) records below the threshold cost no
// formatting; (3) a LogSite lets through at most `burst` records per `interval`, and the next one says
// how many were left out: a peer cannot fill the disk; (4) nothing that happens here is an error for
// the caller: lost lines are counted. Thread rule: any thread, also for one LogSite; lines do not mix.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <mutex>
#include <utility>

#include "core/base/status.h"
#include "core/base/time.h"
#include "node/base/clocks.h"
#include "node/log/record_format.h"
#include "node/log/sink.h"

namespace node {

// A place in the code whose records others can cause. Owned by the component that logs there.
class LogSite {
 public:
  struct Terms {
    LogLevel level = LogLevel::kInfo;
    uint32_t burst = 10;
    core::Duration interval = core::Seconds(10);
  };

  explicit LogSite(const Terms& terms) : terms_(terms) {}

  [[nodiscard]] LogLevel level() const { return terms_.level; }

  struct Verdict {
    bool allowed = false;
    uint64_t suppressed = 0;  // Left out since the last that was allowed.
  };

  [[nodiscard]] Verdict Count(core::Time now);

 private:
  Terms terms_;
  std::mutex mutex_;
  core::Time since_{std::numeric_limits<int64_t>::min() / 2};
  uint32_t allowed_ = 0;
  uint64_t suppressed_ = 0;
};

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  // The sink outlives the log.
  Log(const LogSettings& settings, LogSink& sink, TimeSource time)
      : level_(settings.level), format_(settings.format), sink_(&sink), time_(std::move(time)) {}

  [[nodiscard]] bool Shows(LogLevel level) const { return level >= level_; }

  [[nodiscard]] LogLevel level() const { return level_; }

  // The least important kind of record that is written from now on.
  void SetLevel(LogLevel level) { level_ = level; }

  void Debug(LogMessage message, Fields fields = {}) { Write(LogLevel::kDebug, message, fields); }

  void Info(LogMessage message, Fields fields = {}) { Write(LogLevel::kInfo, message, fields); }

  void Warning(LogMessage message, Fields fields = {}) {
    Write(LogLevel::kWarning, message, fields);
  }

  void Error(LogMessage message, Fields fields = {}) { Write(LogLevel::kError, message, fields); }

  void Write(LogLevel level, LogMessage message, Fields fields);
  // Counted and limited by the site.
  void Write(LogSite& site, LogMessage message, Fields fields = {});

  core::Status Reopen();

  // Lines that the sink could not take.
  [[nodiscard]] uint64_t lost() const { return lost_; }

 private:
  void Put(const LogRecord& record);

  std::atomic<LogLevel> level_;
  LogFormat format_;
  LogSink* sink_;
  TimeSource time_;
  std::mutex mutex_;
  std::atomic<uint64_t> lost_ = 0;
};

}  // namespace node
