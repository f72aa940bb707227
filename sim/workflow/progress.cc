#include "sim/workflow/progress.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_format.h"

#include "sim/observe/verdict_lines.h"

namespace sim {
namespace {

constexpr double kSecondsBetweenLines = 0.25;

double SecondsSince(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

double ShareDone(const Session& session) {
  return static_cast<double>(session.reached().us) /
         static_cast<double>(std::max<int64_t>(session.scenario().duration.us, 1));
}

double SecondsToGo(double seconds, double share_done) {
  return share_done > 0 ? seconds / share_done - seconds : 0;
}

Progress::Progress(const Console& console, const Session& session)
    : console_(console), session_(session), started_(Clock::now()), last_(started_) {}

void Progress::Show() {
  if (!console_.terminal || SecondsSince(last_) < kSecondsBetweenLines) return;
  last_ = Clock::now();
  const double wall = WallSeconds();
  const Statistics statistics = session_.world().statistics();
  console_.error
      << absl::StrFormat(
             "\r%s  %d events  %.0f deliveries/s  wall %.0f s  about %.0f s to go \x1b[K",
             ClockText(session_.reached()), statistics.events,
             static_cast<double>(statistics.deliveries) / std::max(wall, 0.001), wall,
             SecondsToGo(wall, ShareDone(session_)))
      << std::flush;
  shown_ = true;
}

void Progress::Clear() {
  if (shown_) console_.error << "\r\x1b[K" << std::flush;
  shown_ = false;
}

double Progress::WallSeconds() const {
  return SecondsSince(started_);
}

Countdown::Countdown(std::ostream& out, bool visible, uint64_t total)
    : out_(out), visible_(visible), total_(total), started_(Clock::now()) {}

void Countdown::Show(uint64_t done, uint64_t failed) {
  if (!visible_) return;
  const double wall = SecondsSince(started_);
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  out_ << absl::StrFormat("\r%d of %d runs  %d failed  wall %.0f s", done, total_, failed, wall);
  if (done > 0) out_ << absl::StrFormat("  about %.0f s to go", SecondsToGo(wall, share));
  out_ << " \x1b[K" << std::flush;
}

void Countdown::Clear() {
  if (visible_) out_ << "\r\x1b[K" << std::flush;
}

}  // namespace sim
