// orbsim odds: how likely a failure still was at times before it. The capsule's run is taken up to such a time and goes on with
// other luck (Scenario::reseed), many times over; the share of these futures that fail too is the bug-probability curve. Where it
// reaches one, the failure had become inevitable: its cause lies just before.
#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"

#include "sim/observe/verdict_lines.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/future.h"
#include "sim/workflow/jobs.h"
#include "sim/workflow/proportion.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/session.h"
#include "sim/workflow/text_table.h"

namespace sim {
namespace {

// Each time lies half as long before the failure as the one above it.
constexpr int kHalvings = 12;
constexpr core::Duration kNearest = core::Milliseconds(1);
// Between the last time at which it could still be avoided and the first at which it could not.
constexpr int kRefinements = 5;
constexpr size_t kBarWidth = 20;

class Futures {
 public:
  Futures(std::shared_ptr<const Scenario> scenario, const OddsOptions& options, std::string check,
          Console& console)
      : scenario_(std::move(scenario)),
        options_(options),
        check_(std::move(check)),
        console_(console) {}

  // Of the futures that part from the run at that time, how many fail by `until`.
  core::StatusOr<Proportion> From(WorldTime time, WorldTime until) {
    std::vector<core::StatusOr<bool>> fails(static_cast<size_t>(options_.seeds), false);
    RunJobs(fails.size(), ThreadsOrAll(options_.jobs), [&](size_t i) {
      fails[i] = Fails(time, i + 1, until);
      return !console_.Interrupted();
    });
    if (console_.Interrupted()) return core::Internal("interrupted");
    Proportion failed;
    for (const core::StatusOr<bool>& one : fails) {
      RETURN_IF_ERROR(one.status());
      ++failed.runs;
      failed.hits += *one ? 1 : 0;
    }
    return failed;
  }

  // When the run itself fails.
  core::StatusOr<WorldTime> FailedAt() const {
    Session session(scenario_, {1, 0, WorldTime::Never(), console_.stop_flag});
    RETURN_IF_ERROR(session.Open());
    const Checker* checker = session.FindChecker(check_);
    if (!RunUntilViolated(session, *checker, [this] { return console_.Interrupted(); })) {
      if (console_.Interrupted()) return core::Internal("interrupted");
      return core::InvalidArgument(options_.capsule + ": expected a run that violates " + check_ +
                                   ", found none; there is nothing to look for");
    }
    return checker->first()->at;
  }

 private:
  [[nodiscard]] core::StatusOr<bool> Fails(WorldTime time, uint64_t seed, WorldTime until) const {
    Session session(std::make_shared<const Scenario>(FutureOf(*scenario_, time, seed)),
                    {1, 0, until, console_.stop_flag});
    RETURN_IF_ERROR(session.Open());
    return RunUntilViolated(session, *session.FindChecker(check_),
                            [this] { return console_.Interrupted(); });
  }

  const std::shared_ptr<const Scenario> scenario_;
  const OddsOptions& options_;
  const std::string check_;
  Console& console_;
};

// By the time before the failure, the longest first.
using Curve = std::map<int64_t, Proportion, std::greater<>>;

core::StatusOr<Curve> CurveOf(Futures& futures, WorldTime failed_at, core::Duration within) {
  Curve curve;
  const auto look = [&](int64_t before) -> core::Status {
    ASSIGN_OR_RETURN(curve[before],
                     futures.From(WorldTime{failed_at.us - before}, failed_at + within));
    return core::Status();
  };
  int64_t before = failed_at.us;
  for (int i = 0; i < kHalvings && before >= kNearest.us; ++i, before /= 2) {
    RETURN_IF_ERROR(look(before));
  }
  for (int i = 0; i < kRefinements; ++i) {
    const auto open = std::find_if(curve.rbegin(), curve.rend(), [](const auto& point) {
      return point.second.hits < point.second.runs;
    });
    if (open == curve.rend()) break;  // Never to be avoided.
    const int64_t nearer = open == curve.rbegin() ? 0 : std::prev(open)->first;
    const int64_t middle = nearer + (open->first - nearer) / 2;
    if (middle - nearer < kNearest.us) break;
    RETURN_IF_ERROR(look(middle));
  }
  return curve;
}

std::string CurveText(const Curve& curve, WorldTime failed_at) {
  std::vector<std::vector<std::string>> rows = {{"before", "t", "fail", "share in", ""}};
  for (const auto& [before, failed] : curve) {
    const auto bar = static_cast<size_t>(failed.Share() * kBarWidth + 0.5);
    rows.push_back({InSeconds({before}), ClockText(WorldTime{failed_at.us - before}),
                    absl::StrFormat("%d of %d", failed.hits, failed.runs),
                    IntervalText(failed.Confidence()), std::string(bar, '#')});
  }
  return Aligned(rows);
}

std::string ConclusionText(const Curve& curve, WorldTime failed_at) {
  // From the failure backwards, as long as every future fails.
  auto last = curve.rbegin();
  while (last != curve.rend() && last->second.hits == last->second.runs) ++last;
  if (last == curve.rend()) return "inevitable from the start: every future fails\n";
  const std::string open =
      "at t=" + ClockText(WorldTime{failed_at.us - last->first}) + " it could still be avoided";
  if (last == curve.rbegin()) return "inevitable at no time that was looked at: " + open + "\n";
  return "inevitable from t=" + ClockText(WorldTime{failed_at.us - std::prev(last)->first}) +
         " on; " + open + "\n";
}

}  // namespace

ExitCode Odds(const OddsOptions& options, Console& console) {
  const auto capsule = OpenCapsule(options.capsule);
  if (!capsule.ok()) return Complain(console, capsule.status());
  const auto check = CheckOf(options.capsule, *capsule, options.check);
  if (!check.ok()) return Complain(console, check.status());
  const auto within = ParseDuration("--within", options.within);
  if (!within.ok()) return Complain(console, within.status());
  auto loaded = ScenarioOf(*capsule);
  if (!loaded.ok()) return Complain(console, loaded.status());
  const auto scenario = std::make_shared<const Scenario>(*std::move(loaded));
  if (const std::string other = OtherBuildText(*capsule); !other.empty())
    console.error << "odds: " << other;
  console.out << FirstLine(*scenario) << "\n" << std::flush;
  Futures futures(scenario, options, std::string(check->id), console);
  const auto failed_at = futures.FailedAt();
  if (!failed_at.ok()) return Conclude(console, failed_at.status());
  console.out << absl::StrFormat("FAIL %s %s   t=%s\n", std::string(check->id),
                                 std::string(check->title), ClockText(*failed_at))
              << std::flush;
  const auto curve = CurveOf(futures, *failed_at, *within);
  if (!curve.ok()) return Conclude(console, curve.status());
  console.out << CurveText(*curve, *failed_at) << ConclusionText(*curve, *failed_at);
  return ExitCode::kPass;
}

}  // namespace sim
