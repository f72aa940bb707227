#include "node/base/clocks.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "absl/strings/str_format.h"

namespace node {
namespace {
constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int64_t kEndOfYear9999 = 253'402'300'799;

template <typename ClockType>
int64_t Read() {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return duration_cast<microseconds>(ClockType::now().time_since_epoch()).count();
}
}  // namespace

Moment ReadClocks() {
  return {{Read<std::chrono::steady_clock>()}, {Read<std::chrono::system_clock>()}};
}

WallTime ToWall(core::Time time, const Moment& now) {
  return now.wall + (time - now.steady);
}

core::Time RestoreTime(WallTime stored, const Moment& now, core::Duration age_max) {
  const WallTime oldest = now.wall - age_max;
  const WallTime kept = std::clamp(stored, std::min(oldest, now.wall), now.wall);
  return now.steady - (now.wall - kept);
}

std::string FormatUtc(WallTime time) {
  const int64_t us = std::clamp(time.us, int64_t{0}, kEndOfYear9999 * kMicrosecondsPerSecond);
  const auto seconds = static_cast<std::time_t>(us / kMicrosecondsPerSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
                         parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                         us % kMicrosecondsPerSecond);
}

}  // namespace node
