// orbsim diff: the first event in which the runs of two capsules part, or of one under two settings, or of one by two builds.
#include <ostream>
#include <utility>

#include "sim/observe/verdict_lines.h"
#include "sim/workflow/builds/builds.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/divergence.h"
#include "sim/workflow/report_text.h"

namespace sim {
namespace {

core::StatusOr<Side> OpenSide(const std::string& path, const Overrides& overrides,
                              const DiffOptions& options, Console& console) {
  ASSIGN_OR_RETURN(const Capsule capsule, OpenCapsule(path));
  ASSIGN_OR_RETURN(Scenario scenario, ScenarioOf(capsule, overrides));
  if (const std::string other = OtherBuildText(capsule); !other.empty())
    console.error << "diff: " << path << ": " << other;
  return Side{std::make_shared<const Scenario>(std::move(scenario)),
              {options.threads, 0, capsule.ended, console.stop_flag},
              {}};
}

WorldTime EndOf(const Side& side) {
  return std::min(side.options.until, WorldTime{side.scenario->duration.us});
}

ExitCode Tell(const std::optional<Parting>& parting, const Side& a, const Side& b,
              Console& console) {
  if (parting.has_value()) {
    console.out << PartingText(*parting, "A", "B");
    return ExitCode::kNondeterminism;
  }
  if (EndOf(a) == EndOf(b)) {
    console.out << "the same: every event agrees up to the end at " << ClockText(EndOf(a)) << "\n";
    return ExitCode::kPass;
  }
  const bool a_first = EndOf(a) < EndOf(b);
  console.out << "every event agrees up to " << ClockText(EndOf(a_first ? a : b)) << ", where "
              << (a_first ? "A" : "B") << " ends\n";
  return ExitCode::kNondeterminism;
}

// The same capsule by two builds: A is this one.
ExitCode DiffBuilds(const DiffOptions& options, const Side& ours, Console& console) {
  if (!options.b.empty() || !options.overrides.empty()) {
    return Complain(console, core::InvalidArgument("diff: found --with and a second run, allowed "
                                                   "one of them"));
  }
  console.out << "A  " << FirstLine(*ours.scenario) << "\nB  the same by " << options.with << "\n"
              << std::flush;
  const auto parting = FindPartingOfBuilds({ours, options.a, options.with});
  if (!parting.ok()) return Conclude(console, parting.status());
  return Tell(*parting, ours, ours, console);
}

}  // namespace

ExitCode Diff(const DiffOptions& options, Console& console) {
  const auto a = OpenSide(options.a, {}, options, console);
  if (!a.ok()) return Complain(console, a.status());
  if (!options.with.empty()) return DiffBuilds(options, *a, console);
  if (options.b.empty() && options.overrides.empty()) {
    return Complain(console, core::InvalidArgument("diff: found one capsule, allowed two, or one "
                                                   "and --set"));
  }
  const auto b =
      OpenSide(options.b.empty() ? options.a : options.b, options.overrides, options, console);
  if (!b.ok()) return Complain(console, b.status());
  console.out << "A  " << FirstLine(*a->scenario) << "\nB  " << FirstLine(*b->scenario) << "\n"
              << std::flush;
  const auto parting = FindParting(*a, *b, WorldTime{0});
  if (!parting.ok()) return Conclude(console, parting.status());
  return Tell(*parting, *a, *b, console);
}

}  // namespace sim
