#include "sim/workflow/capsule_source.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "sim/observe/checkers/registry.h"
#include "sim/observe/file_out.h"
#include "sim/observe/verdict_lines.h"
#include "sim/scenario/fault_list.h"
#include "sim/scenario/findings.h"
#include "sim/scenario/loader.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/file_kind.h"

namespace sim {

core::StatusOr<Capsule> OpenCapsule(const std::string& path) {
  auto capsule = ReadCapsule(path);
  if (!capsule.ok()) return NotThatKind(capsule.status(), path, "capsule");
  return capsule;
}

core::StatusOr<Scenario> ScenarioOf(const Capsule& capsule, const Overrides& overrides) {
  ASSIGN_OR_RETURN(Scenario scenario, ReloadScenario(capsule.scenario, capsule.data_files,
                                                     RunVocabulary(), overrides));
  const bool other_faults = std::any_of(overrides.begin(), overrides.end(), [](const auto& one) {
    return one.first.starts_with("faults");
  });
  if (!other_faults) {
    ASSIGN_OR_RETURN(scenario.faults,
                     FaultsFromJson(nlohmann::json::parse(capsule.faults, nullptr, false)));
  }
  scenario.swarm = SwarmSpec();
  scenario.path = capsule.scenario_path;
  return scenario;
}

core::StatusOr<CheckInfo> CheckOf(const std::string& path, const Capsule& capsule,
                                  const std::string& asked) {
  if (asked.empty() && !capsule.failed.has_value()) {
    return core::InvalidArgument(path +
                                 ": failed: found no check, allowed a capsule of a run that failed "
                                 "one; --check names one that was violated all the same");
  }
  const std::string& id = asked.empty() ? capsule.failed->check : asked;
  std::vector<std::string_view> known;
  for (const CheckInfo& info : CheckTable()) {
    if (info.id == id) return info;
    known.push_back(info.id);
  }
  std::string text =
      "--check: found the unknown check " + Quoted(id) + ", allowed a name of `orbsim list checks`";
  const std::string nearest = Nearest(id, known);
  if (!nearest.empty()) text += ", did you mean " + Quoted(nearest) + "?";
  return core::InvalidArgument(text);
}

std::string WherePartedText(const std::vector<Checkpoint>& checkpoints, const Capsule& capsule) {
  const auto index = FirstDifference(checkpoints, capsule.checkpoints);
  if (!index.has_value()) return "after the last checkpoint";
  return "between the checkpoints before and at t=" + ClockText(capsule.checkpoints[*index].time);
}

std::string OtherBuildText(const Capsule& capsule) {
  if (capsule.build == SourceVersion()) return "";
  return absl::StrFormat("the capsule is from build %s, this is %s; the runs may differ\n",
                         capsule.build, std::string(SourceVersion()));
}

}  // namespace sim
