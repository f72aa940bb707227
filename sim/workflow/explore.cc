// orbsim explore: a small scenario and bounds in; how many schedules there are, and the first that breaks a rule.
#include <algorithm>
#include <limits>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "sim/explore/explorer.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/report_text.h"

namespace sim {
namespace {

std::string CountText(const Exploration& found) {
  const bool bound = found.schedules == std::numeric_limits<uint64_t>::max();
  return absl::StrFormat(
      "schedules %s%d orders of moves\n"
      "worlds    %d different, %d moves between them\n"
      "judged    %d ends, %d at the depth\n",
      bound ? "at least " : "", found.schedules, found.worlds, found.moves, found.ends, found.cut);
}

std::string VerdictsText(const Scenario& scenario, const Exploration& all) {
  std::string text;
  for (const Ruling& found : all.checks) {
    const bool expected = IsExpected(scenario, found.info.id);
    if (!expected && found.violated == 0) continue;
    const char* label = "pass";
    if (found.premises == 0) label = "VACUOUS";
    if (found.violated > 0) label = all.failed ? "FAIL" : "warn";
    absl::StrAppend(&text,
                    absl::StrFormat("%-8s%-6s judged %d times, violated at %d ends\n", label,
                                    std::string(found.info.id), found.premises, found.violated));
  }
  return text;
}

std::string ScheduleText(const Scenario& scenario, const Exploration& all) {
  const Identities identities(scenario);
  SmallWorld world(scenario, identities, nullptr);
  std::string text =
      absl::StrCat("schedule  ", all.failing.size(), " moves, then all that is left\n");
  for (const Move& move : all.failing) {
    absl::StrAppend(&text, "  ", world.Tell(move), "\n");
    (void)world.Make(move);
  }
  return text;
}

ExitCode ExitOf(const Scenario& scenario, const Exploration& all) {
  bool vacuous = false;
  ExitCode exit = ExitCode::kPass;
  for (const Ruling& found : all.checks) {
    if (all.failed && found.violated > 0)
      exit = found.info.check_class == CheckClass::kSafety ? ExitCode::kSafety
                                                           : std::max(exit, ExitCode::kLiveness);
    vacuous = vacuous || (found.premises == 0 && IsExpected(scenario, found.info.id));
  }
  if (exit != ExitCode::kPass) return exit;
  if (!all.whole) return ExitCode::kUnfinished;
  return vacuous ? ExitCode::kLiveness : ExitCode::kPass;
}

std::string ReproOf(const ExploreOptions& options, const Scenario& scenario,
                    const Console& console) {
  return absl::StrFormat(
      "%s explore %s --depth %d --deviations %d --crashes %d --timeouts %d --worlds %d",
      console.program, ArgumentsOf(options.scenario, scenario.seed), options.bounds.depth,
      options.bounds.deviations, options.bounds.crashes, options.bounds.timeouts,
      options.bounds.worlds);
}

}  // namespace

ExitCode Explore(const ExploreOptions& options, Console& console) {
  const auto scenario = Load(options.scenario);
  if (!scenario.ok()) return Complain(console, scenario.status());
  if (const core::Status fits = SmallWorld::Check(*scenario); !fits.ok())
    return Complain(console, fits);
  console.out << FirstLine(*scenario) << "\n" << std::flush;
  Explorer explorer(*scenario, options.bounds, console.stop_flag);
  const Exploration all = explorer.Run();
  console.out << CountText(all) << VerdictsText(*scenario, all);
  if (!all.whole && !all.failed)
    console.out << "unfinished: interrupted, or --worlds was reached; the counts are of the part "
                   "that was tried\n";
  if (all.failed) {
    for (const Ruling& found : all.checks) {
      if (found.violated > 0)
        console.out << ViolationText("FAIL", found.info, *found.first,
                                     {ReproOf(options, *scenario, console)});
    }
    console.out << ScheduleText(*scenario, all);
  }
  return ExitOf(*scenario, all);
}

}  // namespace sim
