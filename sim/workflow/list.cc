// orbsim list: what there is, one line each, from the tables that the rest of the program uses.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"

#include "sim/observe/checkers/registry.h"
#include "sim/observe/metric_table.h"
#include "sim/observe/probes.h"
#include "sim/scenario/key_table.h"
#include "sim/workflow/commands.h"
#include "sim/world/adversaries/roles.h"
#include "sim/world/planted/planted_bugs.h"

namespace sim {
namespace {

void Line(Console& console, std::string_view name, std::string_view text) {
  console.out << absl::StrFormat("%-28s %s\n", std::string(name), std::string(text));
}

void ListScenarios(Console& console) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios", error)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".json") && !path.ends_with("schema.json")) files.push_back(path);
  }
  if (error)
    console.error << "scenarios: " << error.message()
                  << "; run this in the folder of the repository\n";
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    const auto scenario = Load({.file = file});
    Line(console, file, scenario.ok() ? scenario->about : "not valid: orbsim check says why");
  }
}

void ListChecks(Console& console) {
  for (const CheckInfo& check : CheckTable()) {
    Line(console, check.id,
         absl::StrFormat("%s: %s", std::string(NameOf(check.check_class)),
                         std::string(check.statement)));
  }
}

void ListMetrics(Console& console) {
  for (const MetricInfo& metric : MetricTable()) {
    Line(console, metric.name, absl::StrFormat("[%s] %s", metric.unit, metric.description));
  }
}

// The cases of an object of the scenario format: its tables describe them.
void ListCases(Console& console, const KeyTable& table) {
  for (const KeyCase& one : table.cases) Line(console, one.word.word, one.word.about);
}

void ListFaults(Console& console) {
  ListCases(console, kFaultTable);
}

void ListModels(Console& console) {
  for (const KeyRow& row : kNetworkTable.rows) {
    if (row.key == "latency") ListCases(console, *row.table);
  }
}

void ListAdversaries(Console& console) {
  for (const RoleInfo& role : RoleTable()) Line(console, role.name, role.about);
}

void ListBugs(Console& console) {
  for (const PlantedBug& bug : PlantedBugs()) {
    Line(console, bug.name,
         absl::StrFormat("%s: %s", std::string(bug.check), std::string(bug.description)));
  }
}

void ListProbes(Console& console) {
  for (const Probe& probe : ProbeTable()) Line(console, NameOf(probe), probe.about);
}

struct Section {
  std::string_view name;
  void (*print)(Console&);
};

constexpr Section kSections[] = {{"scenarios", ListScenarios}, {"checks", ListChecks},
                                 {"faults", ListFaults},       {"models", ListModels},
                                 {"metrics", ListMetrics},     {"adversaries", ListAdversaries},
                                 {"bugs", ListBugs},           {"probes", ListProbes}};

}  // namespace

ExitCode List(const std::string& what, Console& console) {
  for (const Section& section : kSections) {
    if (!what.empty() && what != section.name) continue;
    if (what.empty()) console.out << "# " << section.name << "\n";
    section.print(console);
  }
  return ExitCode::kPass;
}

}  // namespace sim
