#include "node/log/log.h"

namespace node {

LogSite::Verdict LogSite::Count(core::Time now) {
  const std::lock_guard lock(mutex_);
  if (now - since_ >= terms_.interval) {
    since_ = now;
    allowed_ = 0;
  }
  if (allowed_ >= terms_.burst) {
    ++suppressed_;
    return {};
  }
  ++allowed_;
  return {true, std::exchange(suppressed_, 0)};
}

void Log::Write(LogLevel level, LogMessage message, Fields fields) {
  if (!Shows(level)) return;
  Put({time_().wall, level, message.text(), {fields.begin(), fields.size()}, 0});
}

void Log::Write(LogSite& site, LogMessage message, Fields fields) {
  if (!Shows(site.level())) return;
  const Moment now = time_();
  const LogSite::Verdict verdict = site.Count(now.steady);
  if (!verdict.allowed) return;
  Put({now.wall,
       site.level(),
       message.text(),
       {fields.begin(), fields.size()},
       verdict.suppressed});
}

void Log::Put(const LogRecord& record) {
  const std::string line = FormatRecord(record, format_);
  const std::lock_guard lock(mutex_);
  if (!sink_->Write(line)) ++lost_;
}

core::Status Log::Reopen() {
  const std::lock_guard lock(mutex_);
  return sink_->Reopen();
}

}  // namespace node
