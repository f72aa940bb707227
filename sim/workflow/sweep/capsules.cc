#include "sim/workflow/sweep/capsules.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "sim/observe/capsule.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

// Nothing to do when it is there.
core::Status CheckKept(const std::string& path, const SweepRun& run) {
  ASSIGN_OR_RETURN(const Capsule kept, ReadCapsule(path));
  if (core::ToHex(kept.fingerprint) == run.fingerprint) return core::Status();
  return core::InvalidArgument(path + ": found the capsule of another run, with fingerprint " +
                               core::ToHex(kept.fingerprint) + ", allowed that of " +
                               run.fingerprint + "; name another --out");
}

core::Status WriteOne(const CellSpace& space, const SweepRun& run, const std::string& path,
                      const Console& console) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return CheckKept(path, run);
  if (console.Interrupted()) return core::Status();
  ASSIGN_OR_RETURN(Scenario scenario, Load(SourceOf(space.source, space.axes, run.cell)));
  Session session(std::move(scenario), {1, 0, WorldTime::Never(), console.stop_flag});
  RETURN_IF_ERROR(session.Run());
  return console.Interrupted() ? core::Status() : WriteCapsule(path, session.MakeCapsule());
}

}  // namespace

core::StatusOr<std::string> WriteCapsules(const CellSpace& space,
                                          const std::vector<SweepCell>& cells,
                                          const SweepRuns& runs, const std::string& folder,
                                          const Console& console) {
  std::vector<std::string> numbers;
  for (const SweepRun* run : FirstFailures(runs)) {
    const auto place = std::find(cells.begin(), cells.end(), run->cell) - cells.begin();
    const std::string number = std::to_string(place + 1);
    const std::string path = folder + "/capsule-" + number + ".json";
    RETURN_IF_ERROR(WriteOne(space, *run, path, console));
    numbers.push_back(number);
  }
  if (numbers.empty() || console.Interrupted()) return std::string();
  const std::string list = absl::StrJoin(numbers, ",");
  return "capsules  " + folder + "/capsule-" + (numbers.size() > 1 ? "{" + list + "}" : list) +
         ".json\n";
}

}  // namespace sim
