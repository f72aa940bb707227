// orbsim travel: a run that can be entered at any instant, forwards and backwards, by commands.
#include <istream>
#include <ostream>
#include <string>

#include "absl/cleanup/cleanup.h"
#include <sys/prctl.h>

#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/travel/traveller.h"

namespace sim {
namespace {

void Prompt(const TravelOptions& options, const Traveller& traveller, Console& console) {
  if (options.prompt) console.out << "(" << traveller.Where() << ") ";
  console.out << std::flush;
}

// A script ends with its first mistake: what follows may count on what failed.
ExitCode Obey(const TravelOptions& options, std::istream& in, Traveller& traveller,
              Console& console) {
  std::string line;
  for (int number = 1;; ++number) {
    Prompt(options, traveller, console);
    if (!std::getline(in, line))
      return console.Interrupted() ? ExitCode::kUnfinished : ExitCode::kPass;
    const auto goes_on = traveller.Do(line);
    if (goes_on.ok() && !*goes_on) return ExitCode::kPass;
    if (goes_on.ok()) continue;
    if (console.Interrupted()) return Complain(console, goes_on.status(), ExitCode::kUnfinished);
    const std::string where = options.prompt ? "" : "line " + std::to_string(number) + ": ";
    console.error << "travel: " << where << core::MessageOf(goes_on.status()) << "\n";
    if (!options.prompt) return ExitCode::kBadInput;
  }
}

}  // namespace

ExitCode Travel(const TravelOptions& options, std::istream& in, Console& console) {
  const auto capsule = OpenCapsule(options.capsule);
  if (!capsule.ok()) return Complain(console, capsule.status());
  if (const std::string other = OtherBuildText(*capsule); !other.empty())
    console.error << "travel: " << other;
  // A checkpoint may end before those that were forked from it: they come to this process, which waits for them.
  int was_reaper = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &was_reaper);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const absl::Cleanup restore = [&] { prctl(PR_SET_CHILD_SUBREAPER, was_reaper); };
  const TimelineLimits limits{static_cast<size_t>(options.checkpoints),
                              static_cast<size_t>(options.memory_mib) << 20};
  Traveller traveller(*capsule, limits, console);
  if (const core::Status status = traveller.Begin(); !status.ok()) return Complain(console, status);
  if (options.prompt) console.out << "`help` lists the commands\n";
  return Obey(options, in, traveller, console);
}

}  // namespace sim
