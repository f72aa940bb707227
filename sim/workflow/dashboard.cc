#include "sim/workflow/dashboard.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <ostream>

#include "absl/strings/str_format.h"
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/observe/verdict_lines.h"
#include "sim/workflow/progress.h"

namespace sim {
namespace {

constexpr double kSecondsBetweenDrawings = 0.25;
constexpr size_t kCourseMax = 60;

// In the order of Dashboard's gauges, behind those of the engine and the process.
constexpr const char* kWatched[] = {"peers.up",         "network.sent",   "network.dropped",
                                    "lookup.done",      "match.finished", "calls.committed",
                                    "actions.committed"};

double SecondsBetween(std::chrono::steady_clock::time_point from,
                      std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// Of this process, in bytes; 0 where the system does not tell.
double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t whole = 0;
  uint64_t resident = 0;
  file >> whole >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct Screen {
  size_t columns = 80;
  size_t rows = 24;
};

Screen ScreenOf(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

// Characters, not bytes: those that continue one do not count.
std::string Cut(const std::string& line, size_t columns) {
  std::string cut;
  size_t taken = 0;
  for (const char c : line) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!continues && ++taken > columns) break;
    cut += c;
  }
  return cut;
}

std::string NumberText(double value, bool bytes) {
  if (bytes) return absl::StrFormat("%.1f MiB", value / (1 << 20));
  return value < 100 ? absl::StrFormat("%.1f", value) : absl::StrFormat("%.0f", value);
}

}  // namespace

std::string Sparkline(const std::deque<double>& values, size_t width) {
  constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const size_t shown = std::min(width, values.size());
  const auto begin = values.end() - static_cast<std::ptrdiff_t>(shown);
  const double largest = shown == 0 ? 0 : *std::max_element(begin, values.end());
  std::string line;
  for (auto value = begin; value != values.end(); ++value) {
    const double share = largest > 0 ? std::max(0.0, *value) / largest : 0;
    line += kBlocks[std::min<size_t>(7, static_cast<size_t>(std::lround(share * 7)))];
  }
  return line;
}

std::string DashboardText(const std::vector<std::string>& head,
                          const std::vector<DashboardRow>& rows, const std::string& foot,
                          size_t columns) {
  constexpr size_t kBeforeCourse = 46;
  const size_t width = columns > kBeforeCourse ? std::min(columns - kBeforeCourse, kCourseMax) : 0;
  std::string text;
  for (const std::string& line : head) text += Cut(line, columns) + "\n";
  for (const DashboardRow& row : rows) {
    text +=
        Cut(absl::StrFormat("%-31s  %11s  %s", row.label, row.value, Sparkline(row.course, width)),
            columns) +
        "\n";
  }
  return text + Cut(foot, columns) + "\n";
}

Dashboard::Dashboard(const Console& console, const Session& session)
    : console_(console),
      session_(session),
      gauges_{{"deliveries / s", Per::kWallSecond},
              {"events / s", Per::kWallSecond},
              {"memory", Per::kNothing, true},
              {"peers up", Per::kNothing},
              {"sent / simulated s", Per::kSimulatedSecond},
              {"dropped / simulated s", Per::kSimulatedSecond},
              {"lookups done / simulated s", Per::kSimulatedSecond},
              {"matches finished / simulated s", Per::kSimulatedSecond},
              {"calls committed / simulated s", Per::kSimulatedSecond},
              {"actions committed / simulated s", Per::kSimulatedSecond}},
      started_(Clock::now()),
      last_(started_) {}

std::vector<double> Dashboard::Readings() const {
  const Statistics statistics = session_.world().statistics();
  std::vector<double> readings = {static_cast<double>(statistics.deliveries),
                                  static_cast<double>(statistics.events), ResidentBytes()};
  for (const char* name : kWatched)
    readings.push_back(static_cast<double>(session_.metrics().Value(name).value_or(0)));
  return readings;
}

void Dashboard::Measure(double wall_step, double simulated_step) {
  const std::vector<double> readings = Readings();
  for (size_t i = 0; i < gauges_.size(); ++i) {
    Gauge& gauge = gauges_[i];
    const double step = gauge.per == Per::kWallSecond ? wall_step : simulated_step;
    const double value = gauge.per == Per::kNothing
                             ? readings[i]
                             : (readings[i] - gauge.before) / std::max(step, 1e-6);
    gauge.before = readings[i];
    gauge.seen = gauge.seen || value > 0;
    gauge.course.push_back(value);
    if (gauge.course.size() > kCourseMax) gauge.course.pop_front();
  }
}

std::vector<std::string> Dashboard::Head() const {
  const double share = ShareDone(session_);
  const double wall = SecondsBetween(started_, last_);
  return {absl::StrFormat("%s of %s simulated, %.0f %%  wall %.0f s  about %.0f s to go",
                          ClockText(session_.reached()),
                          ClockText(WorldTime{session_.scenario().duration.us}), share * 100, wall,
                          SecondsToGo(wall, share))};
}

std::vector<DashboardRow> Dashboard::Rows() const {
  std::vector<DashboardRow> rows;
  for (const Gauge& gauge : gauges_) {
    if (gauge.seen)
      rows.push_back({gauge.label, NumberText(gauge.course.back(), gauge.bytes), gauge.course});
  }
  return rows;
}

std::string Dashboard::Foot() const {
  std::string text;
  for (const Checker* checker : session_.checkers()) {
    if (checker->violations() > 0)
      text += absl::StrFormat("  %s %d", std::string(checker->info().id), checker->violations());
  }
  return text.empty() ? "no check was violated" : "violated" + text;
}

void Dashboard::Show() {
  const Clock::time_point now = Clock::now();
  const double wall_step = SecondsBetween(last_, now);
  if (!console_.terminal || wall_step < kSecondsBetweenDrawings) return;
  last_ = now;
  const core::Duration simulated = session_.reached() - last_reached_;
  last_reached_ = session_.reached();
  Measure(wall_step, static_cast<double>(simulated.us) / 1e6);
  const Screen screen = ScreenOf(STDERR_FILENO);
  std::vector<DashboardRow> rows = Rows();
  // A table that is higher than the screen could not be drawn over.
  const size_t most = screen.rows > 3 ? screen.rows - 3 : 0;
  if (rows.size() > most) rows.resize(most);
  const std::string text = DashboardText(Head(), rows, Foot(), screen.columns - 1);
  Clear();
  console_.error << text << std::flush;
  lines_ = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

void Dashboard::Clear() {
  if (lines_ > 0) console_.error << absl::StrFormat("\x1b[%dA\r\x1b[J", lines_) << std::flush;
  lines_ = 0;
}

}  // namespace sim
