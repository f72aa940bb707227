// Dashboard: a run that goes on, as a table on a terminal: how far it is, how fast, what it needs, what peers do, which checks were
// violated; each number with its recent course as a sparkline. `orbsim run --watch`.
//
// It is drawn in place, by moving the cursor up over what stands there. Nothing of the terminal is changed, so nothing must be
// restored, however the program ends. Where nobody watches nothing is drawn. What it shows never enters a result. Thread rule: one
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/workflow/console.h"
#include "sim/workflow/session.h"

namespace sim {

// Blocks of eight heights, from zero to the largest value, the latest one last; as many as `width` holds.
[[nodiscard]] std::string Sparkline(const std::deque<double>& values, size_t width);

// A number and its course.
struct DashboardRow {
  std::string label;
  std::string value;
  std::deque<double> course;
};

// The first line, the rows, the last line, each cut to `columns` characters and followed by a line feed.
[[nodiscard]] std::string DashboardText(const std::vector<std::string>& head,
                                        const std::vector<DashboardRow>& rows,
                                        const std::string& foot, size_t columns);

class Dashboard {
 public:
  // Draws on the console's errors, on a terminal. REQUIRES: both outlive it.
  Dashboard(const Console& console, const Session& session);

  // Draws at most a few times per second. REQUIRES: the session is open.
  void Show();
  // Removes what was drawn.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  // What a rate is measured against: the wall's seconds or the simulated ones.
  enum class Per : uint8_t { kNothing, kWallSecond, kSimulatedSecond };

  struct Gauge {
    std::string label;
    Per per = Per::kNothing;
    bool bytes = false;
    double before = 0;
    std::deque<double> course = {};
    bool seen = false;  // Was ever anything but zero.
  };

  void Measure(double wall_step, double simulated_step);
  [[nodiscard]] std::vector<double> Readings() const;
  [[nodiscard]] std::vector<std::string> Head() const;
  [[nodiscard]] std::vector<DashboardRow> Rows() const;
  [[nodiscard]] std::string Foot() const;

  const Console& console_;
  const Session& session_;
  std::vector<Gauge> gauges_;
  size_t lines_ = 0;  // That stand on the terminal.
  WorldTime last_reached_{0};
  Clock::time_point started_;
  Clock::time_point last_;
};

}  // namespace sim
